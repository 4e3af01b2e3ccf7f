/* What a page adds when script runs: the colour switch, a menu that closes, tables that scroll by keyboard, the focus
   on what has to be corrected, the way to the search. Every page works without it. search.js comes when somebody searches, forms.js where there is a form. */

// The stamp in this file's own name (portal_1f2e3d4c5b.js) is in the names of the files beside it too.
const stamp = /_[0-9a-f]+(?=\.js$)/.exec(import.meta.url)?.[0] ?? "";
const beside = (name) => new URL(name.replace(".", `${stamp}.`), import.meta.url).href;

const root = document.documentElement;
const night = matchMedia("(prefers-color-scheme: dark)");

function startSchemeSwitch(button) {
  const isDark = () => (root.dataset.scheme || (night.matches ? "dark" : "light")) === "dark";
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    root.dataset.scheme = isDark() ? "light" : "dark";
    try { localStorage.setItem("portal-scheme", root.dataset.scheme); } catch { /* storage is closed: the choice lasts for this page */ }
    show();
  });
  night.addEventListener("change", show);
  show();
}

function startMenu(menu) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
}

function startTables(boxes) {
  // Told of sizes after the layout: asking for them would make the browser lay out twice.
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  boxes.forEach((box) => sizes.observe(box));
}

function startSearch(link) {
  // On a slow line the script takes a while: what is typed meanwhile is kept for its field.
  let typed = "";
  const keep = (event) => {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey) return;
    typed += event.key;
    event.preventDefault();
    event.stopPropagation();
  };
  const open = async () => {
    typed = "";
    document.addEventListener("keydown", keep, true);
    try {
      (await import(beside("search.js"))).open(typed);
    } catch {
      location.assign(link.href);  // the page map, as without script
    } finally {
      document.removeEventListener("keydown", keep, true);
    }
  };
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  link.setAttribute("role", "button");
  link.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); open(); } });
  document.addEventListener("keydown", (event) => {
    // With a modifier only: a single character would be set off by speech input (WCAG 2.1.4).
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    open();
  });
}

startSchemeSwitch(document.getElementById("scheme"));
startMenu(document.getElementById("menu"));
startTables(document.querySelectorAll(".scroll"));
// After a mistake the list of what to correct is read first.
document.querySelector(".portal-summary")?.focus();
// After the first paint: a page is read before it is filled in.
if (document.querySelector(".portal-form, .portal-seats")) requestAnimationFrame(() => setTimeout(() => import(beside("forms.js"))));
if (document.querySelector("[data-upload]")) import(beside("files.js"));
if (document.querySelector("[data-check-in], [data-signed-out]")) import(beside("checkin.js"));
if (document.querySelector("[data-marking]")) import(beside("marking.js"));
if (document.querySelector("[data-eligibility]")) import(beside("eligibility.js"));
if (document.querySelector("[data-seal]")) import(beside("seal-check.js"));
// An old browser without <dialog> keeps the link to the page map.
if (window.HTMLDialogElement) startSearch(document.getElementById("search-open"));
