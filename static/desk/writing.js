"use strict";
// Fields of Markdown: a toolbar with shortcuts, links and notes by choosing, and the text as readers will see it.
{
    const template = document.getElementById("writing");
    const WIDE = 720; // from here on text and preview stand side by side (writing.css has the same number)
    const { preview, notes, choices, record, failed, word, words } = template?.dataset ?? {};
    const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
    const spoken = (keys) => (mac ? keys.replace("Control", "⌘").replace("Alt", "⌥").replace("Shift", "⇧").replaceAll("+", "") : keys.replace("Control", "Ctrl"));

    // Typing for the editor ---------------------------------------------------------------------------------------------

    // execCommand is the one way to write into a field that the browser's own undo takes back.
    const put = (area, from, to, text, start = from + text.length, end = start) => {
        area.focus();
        area.setSelectionRange(from, to);
        if (!document.execCommand(text ? "insertText" : "delete", false, text)) {
            area.setRangeText(text, from, to, "end");
            area.dispatchEvent(new Event("input", { bubbles: true }));
        }
        area.setSelectionRange(start, end);
    };

    // Puts a mark on both sides of what is selected, or takes it away. Spaces at the ends stay outside.
    const wrap = (area, mark) => {
        let { selectionStart: from, selectionEnd: to, value } = area;
        while (from < to && /\s/.test(value[from])) from += 1;
        while (to > from && /\s/.test(value[to - 1])) to -= 1;
        const size = mark.length;
        const inner = value.slice(from, to);
        const beyond = value.slice(from - size - 1, from - size) + value.slice(to + size, to + size + 1);
        if (from >= size && value.slice(from - size, from) === mark && value.slice(to, to + size) === mark && (size > 1 || !beyond.includes("*"))) {
            put(area, from - size, to + size, inner, from - size, to - size);
        } else {
            put(area, from, to, mark + inner + mark, from + size, to + size);
        }
    };

    // Changes every line that the selection touches.
    const lines = (area, change) => {
        const { value } = area;
        const from = value.lastIndexOf("\n", area.selectionStart - 1) + 1;
        const next = value.indexOf("\n", Math.max(area.selectionEnd - (area.selectionEnd > area.selectionStart), from));
        const to = next < 0 ? value.length : next;
        const old = value.slice(from, to).split("\n");
        const text = change(old).join("\n");
        const caret = area.selectionStart === area.selectionEnd;
        put(area, from, to, text, caret ? from + text.length : from, from + text.length);
    };
    const prefix = (area, mark) =>
        lines(area, (old) => {
            const all = old.every((line) => line.startsWith(mark));
            return old.map((line) => (all ? line.slice(mark.length) : mark + line));
        });
    // ## → ### → none
    const heading = (area) =>
        lines(area, (old) => old.map((line) => {
            const [, marks, rest] = /^(#{0,6})\s*(.*)$/.exec(line);
            return { 0: "## ", 2: "### " }[marks.length]?.concat(rest) ?? rest;
        }));
    const link = (area) => {
        const { selectionStart: from, selectionEnd: to, value } = area;
        const chosen = value.slice(from, to);
        if (/^https?:\/\/\S+$/.test(chosen)) put(area, from, to, `[](${chosen})`, from + 1);
        else put(area, from, to, `[${chosen}](https://)`, from + chosen.length + 3, from + chosen.length + 11);
    };

    const counted = (area) => {
        const count = area.value.match(/[\p{L}\p{N}][\p{L}\p{N}’'.,-]*/gu)?.length ?? 0;
        return `${count} ${count === 1 ? word : words}`;
    };

    // Choosing a record or a source -------------------------------------------------------------------------------------

    const dialog = document.getElementById("picker");
    const input = dialog?.querySelector("input");
    const list = dialog?.querySelector("ul");
    let asking; // what is being asked, so that a late answer doesn't take the place of a newer one
    let picking = null; // {kind, area, from, to, cited}

    const fields = (area) => {
        const data = new FormData();
        data.append("record", record);
        data.append("csrfmiddlewaretoken", area.form.elements.csrfmiddlewaretoken.value);
        for (const field of area.form.querySelectorAll("#citations-group [name^=citations-]")) {
            if (!field.name.includes("__prefix__") && (field.type !== "checkbox" || field.checked)) data.append(field.name, field.value);
        }
        return data;
    };

    const show = (items) => {
        list.replaceChildren(...items.map((item, number) => {
            const line = document.createElement("li");
            line.id = `picker-${number}`;
            line.role = "option";
            line.textContent = item.text;
            if (item.insert) line.dataset.mark = list.dataset.cited;
            line.item = item;
            return line;
        }));
        if (!items.length) list.append(Object.assign(document.createElement("li"), { className: "quiet", textContent: list.dataset.none }));
        mark(items.length ? list.firstElementChild : null);
    };
    const mark = (line) => {
        for (const other of list.children) other.ariaSelected = String(other === line);
        if (line) input.setAttribute("aria-activedescendant", line.id);
        else input.removeAttribute("aria-activedescendant");
        line?.scrollIntoView({ block: "nearest" });
    };
    const search = async () => {
        asking?.abort();
        asking = new AbortController();
        const term = input.value.trim();
        const cites = picking.kind === "cite";
        const [model_name, field_name] = { cite: ["citation", "source"], picture: ["rendition", "image"], record: ["link", "other"] }[picking.kind];
        const query = new URLSearchParams({ app_label: "partnerships", model_name, field_name, term });
        try {
            const answer = await fetch(`${choices}?${query}`, { signal: asking.signal });
            const { results } = answer.ok ? await answer.json() : { results: [] };
            const known = picking.cited.filter((one) => one.text.toLowerCase().includes(term.toLowerCase()));
            const fresh = cites && byAddress && looksLikeOne(term) ? [{ text: `${list.dataset.add} ${term}`, add: term }] : [];
            show([...known, ...results, ...fresh]);
        } catch (error) {
            if (error.name !== "AbortError") show(picking.cited);
        }
    };
    const open = async (area, kind) => {
        picking = { kind, area, from: area.selectionStart, to: area.selectionEnd, cited: [] };
        for (const part of dialog.querySelectorAll("[data-cite]")) part.textContent = part.dataset[kind];
        input.value = kind === "record" ? area.value.slice(picking.from, picking.to).trim().slice(0, 60) : "";
        list.replaceChildren();
        dialog.showModal();
        if (kind === "cite") {
            const answer = await fetch(notes, { method: "POST", body: fields(area) }).catch(() => null);
            if (answer?.ok) picking.cited = (await answer.json()).notes;
        }
        search();
    };
    // A source that isn't cited yet becomes a row of the form: it supports the text.
    const row = () => {
        document.querySelector("#citations-group .add-row a")?.click();
        const number = document.getElementById("id_citations-TOTAL_FORMS").value - 1;
        const field = (name) => document.getElementById(`id_citations-${number}-${name}`);
        return field;
    };
    const cite = ({ id, text }) => {
        const field = row();
        field("source")?.replaceChildren(new Option("", ""), new Option(text, id, true, true));
        field("supports")?.append(new Option("Body", "field:body", true, true));
    };
    // A source that the portal doesn't have yet: its form opens with what its address tells, and fills the row when saved.
    const byAddress = document.getElementById("source-by-address");
    const add = (address) => {
        const source = row()("source");
        const query = new URLSearchParams({ from: address, _popup: "1" });
        if (source) window.open(`${byAddress.dataset.add}?${query}`, source.id, "width=1000,height=800,resizable,scrollbars");
    };
    const looksLikeOne = (term) => /^(https?:\/\/|www\.|doi:|10\.\d{4,}\/|isbn)/i.test(term);
    const choose = (line) => {
        if (!line?.item) return;
        const { kind, area, from, to } = picking;
        const { id, text, slug, insert, add: address } = line.item;
        dialog.close();
        if (address) {
            add(address);
        } else if (kind === "picture") {
            const before = area.value.slice(0, to);
            const gap = before && !before.endsWith("\n\n") ? (before.endsWith("\n") ? "\n" : "\n\n") : "";
            put(area, to, to, `${gap}![](record:${id})\n\n`);
        } else if (kind === "record") {
            const said = area.value.slice(from, to) || text.slice(0, text.lastIndexOf(" · "));
            put(area, from, to, `[${said}](record:${id})`);
        } else {
            if (!insert) cite({ id, text });
            put(area, to, to, insert ?? `[^${slug}]`);
        }
    };
    if (dialog) {
        let wait;
        input.addEventListener("input", () => {
            clearTimeout(wait);
            wait = setTimeout(search, 200);
        });
        input.addEventListener("keydown", (event) => {
            const marked = list.querySelector("[aria-selected=true]");
            const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
            if (step && marked?.[step]) mark(marked[step]);
            else if (event.key === "Enter") choose(marked);
            else if (!step) return;
            event.preventDefault();
        });
        list.addEventListener("click", (event) => choose(event.target.closest("[role=option]")));
        dialog.querySelector(".btn").addEventListener("click", () => dialog.close());
        dialog.addEventListener("close", () => picking.area.focus());
    }

    // One field ---------------------------------------------------------------------------------------------------------

    const dress = (area) => {
        const md = template.content.firstElementChild.cloneNode(true);
        const bar = md.querySelector(".md-bar");
        const view = md.querySelector(".md-view");
        const help = md.querySelector(".md-help");
        const toggle = bar.querySelector("[data-do=preview]");
        const found = md.querySelector(".md-found");
        area.before(md);
        md.querySelector(".md-main").prepend(area);
        bar.setAttribute("aria-controls", area.id);

        const jump = ({ line, excerpt }) => {
            if (md.clientWidth < WIDE) turn(false);
            const start = area.value.split("\n").slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
            const at = area.value.indexOf(excerpt, start);
            const from = at < 0 ? start : at;
            area.focus();
            area.setSelectionRange(from, at < 0 ? start : at + excerpt.length);
            area.scrollTop = (area.scrollHeight * from) / (area.value.length || 1) - area.clientHeight / 2;
        };

        let wait, asked, last;
        const draw = async () => {
            const data = fields(area);
            data.append("text", area.value);
            const same = new URLSearchParams(data).toString();
            if (same === last) return;
            asked?.abort();
            asked = new AbortController();
            try {
                const answer = await fetch(preview, { method: "POST", body: data, signal: asked.signal });
                if (!answer.ok) throw new Error(answer.status);
                view.innerHTML = await answer.text(); // our own page's words: drawn and cleaned by the server
                last = same;
                const count = view.querySelector(".md-remarks")?.dataset.count;
                found.hidden = !count;
                found.lastElementChild.textContent = view.querySelector(".md-remarks h3")?.textContent ?? "";
            } catch (error) {
                if (error.name !== "AbortError") view.textContent = failed;
            }
        };
        const later = () => {
            md.querySelector(".md-words").textContent = counted(area);
            clearTimeout(wait);
            wait = setTimeout(draw, 500);
        };
        const turn = (on) => {
            md.dataset.open = on;
            toggle.ariaPressed = String(on);
            if (on) draw();
        };

        const does = {
            bold: () => wrap(area, "**"),
            italic: () => wrap(area, "*"),
            heading: () => heading(area),
            list: () => prefix(area, "- "),
            quote: () => prefix(area, "> "),
            link: () => link(area),
            record: () => open(area, "record"),
            cite: () => open(area, "cite"),
            picture: () => open(area, "picture"),
            help: () => help.togglePopover(),
            preview: () => {
                const on = toggle.ariaPressed !== "true";
                turn(on);
                if (md.clientWidth >= WIDE) localStorage.setItem("desk.preview", on ? "on" : "off");
            },
            remarks: () => {
                turn(true);
                view.querySelector(".md-remarks")?.scrollIntoView({ block: "nearest" });
                view.querySelector(".md-remarks button")?.focus();
            },
        };
        md.addEventListener("click", (event) => {
            const button = event.target.closest("button");
            if (button?.dataset.line) jump({ line: Number(button.dataset.line), excerpt: button.dataset.excerpt });
            else if (button?.dataset.do) does[button.dataset.do]();
            const away = event.target.closest(".md-view a");
            if (!away) return;
            event.preventDefault(); // the form stays where it is
            if (!away.hash.startsWith("#n")) window.open(away.href, "_blank", "noopener");
        });

        // One stop of the Tab key, arrows inside.
        const buttons = [...bar.querySelectorAll("button")];
        const rove = (to) => buttons.forEach((button) => { button.tabIndex = button === to ? 0 : -1; });
        rove(buttons[0]);
        bar.addEventListener("focusin", (event) => rove(event.target));
        bar.addEventListener("keydown", (event) => {
            const at = buttons.indexOf(event.target);
            const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
            if (to === undefined) return;
            event.preventDefault();
            buttons.at(to % buttons.length).focus();
        });

        const keys = new Map();
        for (const button of buttons.filter((one) => one.dataset.keys)) {
            const { dataset, ariaLabel } = button;
            keys.set(dataset.keys, dataset.do);
            button.title = `${ariaLabel} (${spoken(dataset.keys)})`;
            button.setAttribute("aria-keyshortcuts", mac ? dataset.keys.replace("Control", "Meta") : dataset.keys);
            const [key, meaning] = ["dt", "dd"].map((tag) => document.createElement(tag));
            key.append(Object.assign(document.createElement("kbd"), { textContent: spoken(dataset.keys) }));
            meaning.textContent = ariaLabel;
            help.querySelector("dl").append(key, meaning);
        }
        area.addEventListener("keydown", (event) => {
            // AltGr is Ctrl+Alt to some systems, and writes signs that Markdown needs.
            if (!(mac ? event.metaKey : event.ctrlKey) || event.getModifierState("AltGraph")) return;
            const pressed = ["Control", event.shiftKey && "Shift", event.altKey && "Alt", event.code.replace(/^(Key|Digit)/, "")].filter(Boolean).join("+");
            if (!keys.has(pressed)) return;
            event.preventDefault();
            does[keys.get(pressed)]();
        });

        area.addEventListener("input", later);
        document.getElementById("citations-group")?.addEventListener("change", later);
        turn(md.clientWidth >= WIDE && localStorage.getItem("desk.preview") !== "off");
        later();
    };
    const citations = document.querySelector("#citations-group .wrapper");
    if (byAddress && citations && document.querySelector("#citations-group .add-row, #citations-empty")) {
        const box = byAddress.content.firstElementChild.cloneNode(true);
        const [label, address, button] = box.children;
        label.htmlFor = address.id = "new-source-address";
        const go = () => {
            if (address.value.trim()) add(address.value.trim());
            address.value = "";
        };
        button.addEventListener("click", go);
        address.addEventListener("keydown", (event) => {
            if (event.key !== "Enter") return;
            event.preventDefault(); // it would save the record
            go();
        });
        citations.after(box);
    }
    if (template) document.querySelectorAll("textarea[data-markdown]").forEach(dress);
    const summary = document.getElementById("id_summary"); // plain text: it is counted only
    if (template && summary) {
        const foot = Object.assign(document.createElement("p"), { className: "summary-words" });
        const count = () => { foot.textContent = counted(summary); };
        summary.after(foot);
        summary.addEventListener("input", count);
        count();
    }
}
