"use strict";
// Pictures dropped on the library wait in the browser's own store, and the form for a new one takes one after another: each
// needs words of its own, and leaves the store when it is saved. Without this script the form's own field takes a file.
{
  const opened = () => new Promise((done, fail) => {
    const asked = indexedDB.open("dropped", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("files");
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const stored = async (what) => {
    const base = await opened();
    return new Promise((done, fail) => {
      const move = base.transaction("files", "readwrite");
      const asked = what(move.objectStore("files"));
      move.oncomplete = () => { base.close(); done(asked.result); };
      move.onabort = () => fail(move.error);
    });
  };

  const waiting = async () => (await stored((store) => store.get("pictures"))) ?? { files: [], of: 0 };
  const wait = (files, of) => stored((store) => (files.length ? store.put({ files, of }, "pictures") : store.delete("pictures")));

  const made = (tag, words, more = {}) => Object.assign(document.createElement(tag), { textContent: words, ...more });
  const place = location.pathname.match(/^.*\/image\//)?.[0];
  const next = `${place}add/`;
  const field = place && document.querySelector("input.drop-here");
  const add = document.querySelector(".model-image.change-list .object-tools a.addlink");
  const form = document.querySelector("#image_form");
  const adding = location.pathname === next;

  // A form that was sent and led to another page, or thanks, has saved its picture; one that came back hasn't.
  const sent = place && sessionStorage.getItem("dropped") === "sent";
  const saved = sent && (!adding || document.querySelector(".messagelist .success") !== null);
  if (place) sessionStorage.removeItem("dropped");
  const hint = made("p", "", { className: "drop-hint" });
  hint.setAttribute("role", "status");

  const take = (file) => {
    const carried = new DataTransfer();
    carried.items.add(file);
    field.files = carried.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    form.addEventListener("submit", (event) => {
      if (!event.defaultPrevented) sessionStorage.setItem("dropped", "sent");
    });
  };
  const button = (words, does) => {
    const one = made("button", words, { type: "button", className: "btn" });
    one.addEventListener("click", does);
    return one;
  };

  const open = async () => {
    let { files, of } = await waiting();
    if (saved) await wait((files = files.slice(1)), of);
    const count = `${of - files.length + 1} of ${of}`;
    if (adding && field && (location.hash === "#dropped" || sent)) {
      history.replaceState(null, "", location.pathname + location.search); // going back must not fill it again
      if (!files.length) return;
      take(files[0]);
      if (of === 1) return;
      hint.replaceChildren(`Picture ${count}: ${files[0].name}. `);
      if (files.length > 1) {
        hint.append("When it is saved, the form for the next opens. ", button("Leave the others out", async () => {
          await wait(files.slice(0, 1), 1);
          hint.textContent = "The others are left out.";
        }));
      }
      field.before(hint);
    } else if (files.length && add && saved) {
      location.assign(`${next}#dropped`);
    } else if (files.length && (add || form)) {
      const left = made("p", `Dropped and not saved yet: picture ${count}, ${files[0].name}. `, { className: "drop-hint" });
      left.append(made("a", "Open its form", { href: `${next}#dropped`, className: "btn primary" }), " ");
      left.append(button(files.length > 1 ? "Leave these out" : "Leave it out", async () => {
        await wait([], 0);
        left.remove();
      }));
      (document.getElementById("changelist") ?? form).before(left);
      // The add form's own address with a mark is the same page: it has to open anew.
      if (adding) left.querySelector("a").addEventListener("click", () => setTimeout(() => location.reload()));
    }
  };
  if (place) open().catch(() => {}); // then the field stands empty, and says what to do

  if (add) {
    hint.textContent = "Drop pictures here: their forms open, one after another.";
    document.getElementById("changelist").before(hint);
    const over = (is) => hint.classList.toggle("over", is);
    addEventListener("dragover", (event) => { event.preventDefault(); over(true); });
    addEventListener("dragleave", () => over(false));
    addEventListener("drop", async (event) => {
      event.preventDefault();
      over(false);
      const files = [...event.dataTransfer.files];
      if (!files.length) return;
      try {
        await wait(files, files.length);
        location.assign(`${next}#dropped`);
      } catch {
        hint.textContent = "The browser couldn't keep the pictures. Choose one in the form instead.";
      }
    });
  }
}
