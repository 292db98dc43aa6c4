"use strict";
// The desk's few scripts. Without them the forms still send what stands in them.
{
    const { choices } = document.currentScript.dataset; // where a control for a record asks for others

    // Controls for records sleep until they are touched: waking 500 of them at once would take seconds.
    const wake = (select, open) => {
        if (select.dataset.awake) return;
        select.dataset.awake = "1";
        const [model, field] = select.dataset.pick.split(".");
        const wiring = {
            "app-label": "partnerships",
            "model-name": model,
            "field-name": field,
            "ajax--url": choices,
            "ajax--delay": 250,
            theme: "admin-autocomplete",
            "allow-clear": "clear" in select.dataset,
            placeholder: "",
        };
        for (const [name, value] of Object.entries(wiring)) select.setAttribute(`data-${name}`, value);
        const $ = django.jQuery;
        $(select).djangoAdminSelect2();
        if (open) $(select).select2("open");
        else $(select).next().find(".select2-selection").trigger("focus");
    };

    // Rows borrow a long list of choices that stands once in the page.
    const fill = (select) => {
        if (select.dataset.filled) return;
        select.dataset.filled = "1";
        const { value } = select;
        const own = [...select.options];
        select.replaceChildren(document.getElementById(select.dataset.list).content.cloneNode(true));
        if (![...select.options].some((option) => option.value === value)) select.prepend(...own);
        select.value = value;
    };

    const touched = (event, open) => {
        const select = event.target.closest?.("select");
        if (select?.classList.contains("pick") && window.django?.jQuery?.fn.djangoAdminSelect2) {
            if (open && event.button === 0) event.preventDefault(); // the browser's own list would open as well
            wake(select, open);
        } else if (select?.dataset.list) {
            fill(select);
        }
    };
    document.addEventListener("mousedown", (event) => touched(event, true));
    document.addEventListener("focusin", (event) => touched(event, false));

    // More fields than the server reads at once: it could only refuse them all, so say it before anything is sent.
    document.addEventListener("submit", (event) => {
        const note = document.getElementById("too-many");
        if (!note || !event.target.contains(note)) return;
        const tooMany = [...new FormData(event.target).keys()].length > Number(note.dataset.most);
        note.hidden = !tooMany;
        if (tooMany) {
            event.preventDefault();
            note.scrollIntoView();
        }
    });

    // A menu of filters closes when something else is clicked.
    document.addEventListener("click", (event) => {
        for (const menu of document.querySelectorAll("details.menu[open]")) {
            if (!menu.contains(event.target)) menu.open = false;
        }
    });
}
