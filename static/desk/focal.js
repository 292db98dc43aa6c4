"use strict";
// Picking the focal point on the picture, by pointer or arrow keys; and dropping a file onto its field. The two number
// fields hold the point, so without this script they are typed into.
{
  const box = document.querySelector(".focal");
  const across = document.getElementById("id_focal_x");
  const down = document.getElementById("id_focal_y");
  if (box && across && down) {
    const mark = box.appendChild(document.createElement("i"));
    const percent = (value) => Math.min(100, Math.max(0, Math.round(value)));
    const show = () => { mark.style.left = `${across.value}%`; mark.style.top = `${down.value}%`; };
    const put = (x, y) => {
      across.value = percent(x);
      down.value = percent(y);
      show();
      across.dispatchEvent(new Event("change", { bubbles: true }));
    };
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Focal point: click, or move it with the arrow keys");
    box.addEventListener("pointerdown", (event) => {
      const frame = box.getBoundingClientRect();
      put((event.clientX - frame.left) / frame.width * 100, (event.clientY - frame.top) / frame.height * 100);
    });
    box.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const far = event.shiftKey ? 10 : 1;
      put(+across.value + step[0] * far, +down.value + step[1] * far);
    });
    for (const field of [across, down]) field.addEventListener("input", show);
    show();
  }

  const field = document.querySelector("input.drop-here");
  if (field) {
    addEventListener("dragover", (event) => { event.preventDefault(); field.classList.add("over"); });
    addEventListener("dragleave", () => field.classList.remove("over"));
    addEventListener("drop", (event) => {
      event.preventDefault();
      field.classList.remove("over");
      if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
    });
  }
}
