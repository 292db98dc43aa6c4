/* Suggestions while somebody types in a search: a combobox with a list (ARIA practices). Without it the form just searches. */
(function () {
  "use strict";

  const PAUSE = 150; // milliseconds of rest before anything is asked
  const SHORTEST = 2;

  function combobox(form, input) {
    const list = document.createElement("ul");
    const said = document.createElement("p");
    list.id = input.id + "-list";
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", form.dataset.label);
    list.hidden = true;
    said.className = "vh";
    said.setAttribute("role", "status");
    input.after(list, said);
    for (const [name, value] of Object.entries({
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": list.id,
    })) {
      input.setAttribute(name, value);
    }
    let timer = 0;
    let asking = null;
    let active = -1;

    function close() {
      clearTimeout(timer);
      if (asking) {
        asking.abort();
        asking = null;
      }
      list.hidden = true;
      said.textContent = "";
      input.setAttribute("aria-expanded", "false");
      choose(-1);
    }

    function choose(number) {
      const options = list.children;
      active = number;
      Array.from(options).forEach((option, place) => option.setAttribute("aria-selected", String(place === number)));
      if (number < 0) {
        input.removeAttribute("aria-activedescendant");
        return;
      }
      input.setAttribute("aria-activedescendant", options[number].id);
      options[number].scrollIntoView({ block: "nearest" });
    }

    function part(name, text) {
      const made = document.createElement("span");
      made.className = name;
      made.textContent = text;
      return made;
    }

    function show(found) {
      list.replaceChildren(
        ...found.map((one, number) => {
          const option = document.createElement("li");
          option.id = `${list.id}-${number}`;
          option.setAttribute("role", "option");
          option.dataset.path = one.path;
          option.append(part("title", one.title), " ", part("m", one.why ? `${one.kind}, ${one.why}` : one.kind));
          return option;
        }),
      );
      choose(-1);
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(Boolean(found.length)));
      said.textContent = form.dataset.counted.replace("0", String(found.length));
    }

    async function ask() {
      if (asking) asking.abort();
      asking = new AbortController();
      const mine = asking;
      const query = new URLSearchParams(new FormData(form));
      for (const name of [...query.keys()]) {
        if (name !== "as_of") query.delete(name);
      }
      query.set("q", input.value.trim());
      try {
        const answer = await fetch(`${form.dataset.suggest}?${query}`, { signal: mine.signal });
        if (!answer.ok) return close();
        const { suggestions } = await answer.json();
        if (mine === asking && document.activeElement === input) show(suggestions);
      } catch (error) {
        if (error.name !== "AbortError") close();
      }
    }

    input.addEventListener("input", () => {
      clearTimeout(timer);
      if (input.value.trim().length < SHORTEST) return close();
      timer = setTimeout(ask, PAUSE);
    });
    input.addEventListener("keydown", (event) => {
      const most = list.children.length;
      if (event.isComposing) return;
      if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      } else if (event.key === "ArrowDown" && most) {
        event.preventDefault();
        if (list.hidden) show_again();
        choose(active + 1 < most ? active + 1 : 0);
      } else if (event.key === "ArrowUp" && !list.hidden) {
        event.preventDefault();
        choose(active > 0 ? active - 1 : most - 1);
      } else if (event.key === "Enter" && active >= 0) {
        event.preventDefault();
        window.location.assign(list.children[active].dataset.path);
      }
    });

    function show_again() {
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
    }

    input.addEventListener("blur", close);
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) window.location.assign(option.dataset.path);
    });
  }

  for (const form of document.querySelectorAll("form[data-suggest]")) {
    combobox(form, form.querySelector("input[type=search]"));
  }
})();
