"use strict";
// A picture dropped on the library waits in the browser's own store until the form for a new one has taken it. Without
// this script the form's own field takes the file.
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

  const add = document.querySelector(".model-image.change-list .object-tools a.addlink");
  if (add) {
    const hint = document.createElement("p");
    const said = "Drop a picture here: its form opens.";
    hint.className = "drop-hint";
    hint.textContent = said;
    hint.setAttribute("role", "status");
    document.getElementById("changelist").before(hint);
    const over = (is) => hint.classList.toggle("over", is);
    addEventListener("dragover", (event) => { event.preventDefault(); over(true); });
    addEventListener("dragleave", () => over(false));
    addEventListener("drop", async (event) => {
      event.preventDefault();
      over(false);
      const files = [...event.dataTransfer.files];
      if (files.length !== 1) {
        hint.textContent = files.length ? "One picture at a time: each needs words of its own." : said;
        return;
      }
      try {
        await stored((store) => store.put(files[0], "picture"));
        location.assign(`${add.href}#dropped`);
      } catch {
        hint.textContent = "The browser couldn't keep the picture. Choose it in the form instead.";
      }
    });
  }

  const field = document.querySelector("input.drop-here");
  if (field && location.hash === "#dropped") {
    history.replaceState(null, "", location.pathname + location.search);  // going back must not fill it again
    stored((store) => {
      const asked = store.get("picture");
      store.delete("picture");
      return asked;
    }).then((file) => {
      if (!file) return;
      const carried = new DataTransfer();
      carried.items.add(file);
      field.files = carried.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }).catch(() => {});  // then the field stands empty, and says what to do
  }
}
