// Three small comforts; every page works without them.

// 1. What is shown stays up to date: elements with data-refresh (seconds) are fetched anew.
for (const element of document.querySelectorAll("[data-refresh]")) {
  const again = () => setTimeout(refresh, Number(element.dataset.refresh) * 1000);
  async function refresh() {
    const busy = document.hidden || element.contains(document.activeElement) || isSelecting(element);
    if (!busy) await replaceContent(element);
    again();
  }
  again();
}

async function replaceContent(element) {
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!response.ok || response.redirected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById(element.id);
    if (fresh && fresh.innerHTML !== element.innerHTML) element.replaceChildren(...fresh.childNodes);
  } catch {
    // Away for now; the next round tries again.
  }
}

function isSelecting(element) {
  const selection = getSelection();
  return !selection.isCollapsed && element.contains(selection.anchorNode);
}

// 2. A rule is checked while it is written: the form is sent to where its check button sends it.
for (const form of document.querySelectorAll("form[data-check]")) {
  const result = document.getElementById(form.dataset.check);
  const button = form.querySelector("button[formaction]");
  let timer;
  let asked = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(check, 500);
  });
  async function check() {
    const ticket = ++asked;
    try {
      const response = await fetch(button.formAction, {
        method: "POST",
        headers: { "x-part": "check" },
        body: new URLSearchParams(new FormData(form)),
      });
      if (response.ok && ticket === asked) result.innerHTML = await response.text();
    } catch {
      // Saving checks again.
    }
  }
}

// 3. Region names are suggested for the line that is being written: their ids are taken, or with
// data-takes="name" the names, for a search.
for (const area of document.querySelectorAll("[data-regions]")) {
  const list = document.getElementById(area.dataset.regions);
  let timer;
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, 200);
  });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.replaceChildren();
  });
  async function suggest() {
    const { start, end } = currentLine(area);
    const written = area.value.slice(start, end).trim();
    if (written.length < 2) return list.replaceChildren();
    try {
      const response = await fetch(`/api/v1/regions?limit=6&q=${encodeURIComponent(written)}`);
      if (!response.ok) return;
      const { items } = await response.json();
      list.replaceChildren(...items.map(option));
    } catch {
      list.replaceChildren();
    }
  }
  function option(region) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = region.path.join(" › ");
    button.addEventListener("click", () => {
      const { start, end } = currentLine(area);
      area.setRangeText(area.dataset.takes === "name" ? region.name : region.id, start, end, "end");
      list.replaceChildren();
      area.focus();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    });
    return button;
  }
}

function currentLine(area) {
  const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const end = area.value.indexOf("\n", area.selectionStart);
  return { start, end: end < 0 ? area.value.length : end };
}
