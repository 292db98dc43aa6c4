"use strict";
// Passkeys: a form marked with data-passkey gets its `credential` from the browser, and is then sent.
// Without this script the button stays hidden, and password and code remain.
{
    const known = window.PublicKeyCredential?.parseRequestOptionsFromJSON;

    const options = async (form) => {
        if (form.dataset.passkey !== "sign-in") return JSON.parse(document.getElementById("passkey-options").textContent);
        const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
        if (!answer.ok) throw new Error("no challenge");
        return answer.json();
    };

    const ask = async (form) => {
        const given = await options(form);
        if (form.dataset.passkey !== "make") {
            const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(given.request_options.publicKey);
            return navigator.credentials.get({ publicKey });
        }
        // Kept on the device where it can be, so that it signs in without a user name; a simple key is a second factor.
        const selection = { residentKey: "preferred", requireResidentKey: false, userVerification: "preferred" };
        const asked = given.creation_options.publicKey;
        asked.authenticatorSelection = { ...asked.authenticatorSelection, ...selection };
        return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) });
    };

    for (const form of document.querySelectorAll("form[data-passkey]")) {
        const button = form.querySelector("button");
        const failed = form.querySelector(".error[hidden]");
        button.hidden = !known;
        form.querySelector("[data-unable]").hidden = Boolean(known);
        button.addEventListener("click", async () => {
            failed.hidden = true;
            button.disabled = true;
            try {
                form.elements.credential.value = JSON.stringify(await ask(form));
                form.submit();
            } catch {
                failed.hidden = false; // refused, timed out, or nothing fits
            } finally {
                button.disabled = false;
            }
        });
        form.addEventListener("submit", (event) => {
            event.preventDefault(); // Enter in the field of its name
            button.click();
        });
    }
}
