"use strict";
// Work in progress at a form: who else is here, keeping what is typed, a warning before it is left.
{
    const region = document.getElementById("present");
    const form = document.querySelector("#content-main form[id$=_form]");
    const state = document.getElementById("unsaved");
    const HIDDEN = 9000; // a tab in the background speaks at every other beat
    const SLOW = 18000; // … and when it can't, it says so: the server counts a word for 20 s, or then for longer
    if (region && form) {
        const { presence, keep } = region.dataset;
        // A form that came back refused goes on as the tab that it was. (There is no UUID without https.)
        const tab =
            region.dataset.tab || (crypto.randomUUID?.() ?? String(Math.random()).slice(2).padEnd(12, "0"));
        const named = Object.assign(document.createElement("input"), { type: "hidden", name: "from_tab", value: tab });
        form.append(named);
        const token = form.elements.csrfmiddlewaretoken.value;
        const typed = () =>
            new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")).toString();
        const refused = document.querySelector("[data-unsaved], #content-main .errornote:not([hidden])") !== null;
        let opened; // what stood in the form when it was opened
        let kept;
        let leaving = false;
        let paused = false;
        let timer;
        let waiting = 0; // since when something typed waits to be kept

        const dirty = () => refused || typed() !== opened;
        const say = (words, mark) => {
            state.textContent = words;
            state.dataset.is = mark;
        };
        const send = (where, fields, more) =>
            fetch(where, {
                method: "POST",
                body: new URLSearchParams({ csrfmiddlewaretoken: token, ...fields }),
                ...more,
            });

        // What scripts do to the form while it opens isn't typing.
        window.addEventListener("load", () => setTimeout(() => (opened = kept = typed()), 50));

        // Keeping: some seconds after the last key, or while somebody types without a pause.
        const keepNow = async () => {
            clearTimeout(timer);
            waiting = 0;
            const now = typed();
            if (paused || leaving || opened === undefined || now === kept) return;
            try {
                const answer = await fetch(keep, { method: "POST", body: new URLSearchParams(now) });
                const { said } = await answer.json();
                if (answer.status === 409) paused = true;
                if (answer.ok) kept = now;
                say(said, answer.ok ? "kept" : "lost");
            } catch {
                say(state.dataset.lost, "lost");
                timer = setTimeout(keepNow, 10000);
            }
        };
        const changed = () => {
            if (opened === undefined) return;
            const is = dirty();
            if (!paused && state.dataset.is !== "lost") say(is ? state.dataset.said : "", is ? "dirty" : "");
            clearTimeout(timer);
            waiting ||= Date.now();
            timer = setTimeout(keepNow, Math.max(0, Math.min(2500, waiting + 15000 - Date.now())));
        };
        form.addEventListener("input", changed);
        form.addEventListener("change", changed);
        document.addEventListener("formset:added", changed);
        document.addEventListener("formset:removed", changed);
        if (refused) say(state.dataset.said, "dirty");

        // Leaving
        form.addEventListener("submit", (event) => (leaving = !event.defaultPrevented));
        window.addEventListener("pageshow", () => (leaving = false));
        window.addEventListener("beforeunload", (event) => {
            if (!leaving && opened !== undefined && dirty()) event.preventDefault();
        });

        // Presence
        if (presence) {
            let spoke = 0;
            let slow = false; // whether the browser lets this tab speak only now and then
            const ping = async () => {
                slow = spoke > 0 && Date.now() - spoke > SLOW;
                spoke = Date.now();
                const fields = { tab, version: form.elements.version.value };
                if (opened !== undefined && dirty()) fields.dirty = "1";
                if (document.hidden && slow) fields.hidden = "1";
                try {
                    const answer = await send(presence, fields);
                    if (!answer.ok) return;
                    const { said = [], stale } = await answer.json();
                    const words = said.join(" · ");
                    if (region.textContent !== words) region.textContent = words;
                    region.classList.toggle("stale", Boolean(stale));
                } catch {
                    // the next one may get through
                }
            };
            ping();
            const beat = () => {
                if (!document.hidden || Date.now() - spoke > HIDDEN) ping();
            };
            const every = region.dataset.pings * 1000;
            try {
                const clock = new Worker(region.dataset.clock);
                clock.onmessage = beat;
                clock.onerror = () => setInterval(beat, every);
                clock.postMessage(every);
            } catch {
                setInterval(beat, every);
            }
            document.addEventListener("visibilitychange", () => document.hidden || ping());
            window.addEventListener("pagehide", () => send(presence, { tab, gone: "1" }, { keepalive: true }));
        }
    }
}
