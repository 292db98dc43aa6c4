"use strict";
// Buttons that copy what stands in a control. Without this script it is marked and copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
    const control = document.getElementById(button.dataset.copy);
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
        control.select();
        await navigator.clipboard.writeText(control.value);
        button.textContent += " ✓";
        button.disabled = true;
    });
    control.addEventListener("focus", () => control.select());
}
