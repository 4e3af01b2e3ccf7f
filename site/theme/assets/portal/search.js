/* The search dialog: asks Pagefind (served from /pagefind/) and shows pages as one types. Loaded when first used.
   Which words mean the same and which say nothing is data: content/search/, published as search.<lang>.json together with
   what is shown of each page, so that results need no further request. */

// The stamp in this file's own name (portal_1f2e3d4c5b.js) is in the names of the files beside it too.
const stamp = /_[0-9a-f]+(?=\.js$)/.exec(import.meta.url)?.[0] ?? "";
const beside = (name) => new URL(name.replace(".", `${stamp}.`), import.meta.url).href;
const lang = document.documentElement.lang;
const template = document.getElementById("search-template");
const words = template.dataset;
const SHOWN = 5;

document.body.append(template.content.cloneNode(true));
const dialog = document.getElementById("search");
const input = dialog.querySelector("input");
const list = dialog.querySelector("ol");
const status = dialog.querySelector("[role=status]");

let loading;
function load() {
  loading ??= Promise.all([
    import(new URL("/pagefind/pagefind.js", location).href),
    fetch(beside(`search.${lang}.json`)).then((answer) => answer.json()),
  ]).then(async ([pagefind, { terms, pages }]) => {
    // Its worker would be a second copy of the same code to download; an index of this size needs none.
    await pagefind.options({ noWorker: true });
    await pagefind.init();
    return { pagefind, terms, pages };
  }).catch((fault) => { loading = undefined; throw fault; });
  return loading;
}

/** The words of a question that are worth asking for, in the form that the index knows. */
export function wordsOf(question, terms) {
  const all = question.toLowerCase().normalize("NFKC").match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  const telling = all.filter((word) => !terms.silent.includes(word));
  const asked = telling.length ? telling : all;
  return [...new Set(asked.flatMap((word) => (terms.forms[word] ?? word).split(" ")))];
}

/** Pages ({url, title, description}) in order: every word is asked by itself, and a page is worth the sum of what it is worth for each word.
    Pagefind alone would want every word on the page, which a question as people type it seldom gives. */
export async function find(question) {
  const { pagefind, terms, pages } = await load();
  const asked = wordsOf(question, terms);
  const answers = await Promise.all(asked.map((word) => pagefind.search(word)));
  const worth = new Map();
  for (const { results } of answers) {
    const best = Math.max(...results.map((result) => result.score));
    const rare = 1 / Math.log(2 + results.length);  // a word on few pages says more
    for (const { id, score } of results) worth.set(id, (worth.get(id) ?? 0) + rare * (0.3 + 0.7 * score / best));
  }
  return [...worth].sort((one, other) => other[1] - one[1]).map(([id]) => pages[id]);
}

function itemFor(page) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const about = document.createElement("span");
  link.href = page.url;
  link.textContent = page.title;
  about.textContent = page.description;
  item.append(link, about);
  return item;
}

function say(sentence, items = []) {
  list.replaceChildren(...items);
  status.textContent = sentence;
}

let turn = 0;
async function show() {
  const mine = ++turn;
  const question = input.value.trim();
  if (question.length < 2) return say(words.hint);
  try {
    const pages = await find(question);
    const shown = pages.slice(0, SHOWN);
    if (mine !== turn) return;  // something newer was typed meanwhile
    const count = shown.length === 1 ? words.one : words.many.replace("{count}", pages.length).replace("{shown}", shown.length);
    say(shown.length ? count : words.none, shown.map(itemFor));
  } catch {
    if (mine === turn) say(words.failed);
  }
}

let pause;
input.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(show, 150);
  if (!list.children.length && input.value.trim().length > 1) status.textContent = words.loading;
});

// Arrows walk from the field through the results and back; Enter in the field opens the best one.
dialog.addEventListener("keydown", (event) => {
  const stops = [input, ...list.querySelectorAll("a")];
  const at = stops.indexOf(document.activeElement);
  if (event.key === "ArrowDown" && at >= 0) stops[Math.min(at + 1, stops.length - 1)].focus();
  else if (event.key === "ArrowUp" && at >= 0) stops[Math.max(at - 1, 0)].focus();
  else if (event.key === "Enter" && at === 0) stops[1]?.click();
  else return;
  event.preventDefault();
});

list.addEventListener("click", (event) => {
  if (!event.target.closest("a")) event.target.closest("li")?.querySelector("a").click();
});
// The dialog's padding is none: a click on itself is a click beside it.
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
dialog.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
dialog.querySelector("button").addEventListener("click", () => dialog.close());

/** Opens the dialog; `typed` is what was typed while this script was on its way. */
export function open(typed = "") {
  if (dialog.open) return;
  dialog.showModal();  // the browser keeps the focus inside, closes on Escape and gives the focus back
  input.select();
  if (typed) {
    input.value = typed;
    input.dispatchEvent(new Event("input"));
  }
  if (!list.children.length) say(words.hint);
  load().catch(() => say(words.failed));
}
