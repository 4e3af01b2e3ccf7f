/* What forms and activity pages add when script runs: live seat numbers, and the region field as a combobox.
   Without it: a link to the seats, a plain list of regions. Loaded by portal.js after the first paint. */

const lang = document.documentElement.lang;

/* -- Seats: ask, and leave the page as it is when no answer comes ------------------------------------------------------ */

async function showSeats(line) {
  const answer = await fetch(line.dataset.seats, { headers: { "Accept": "application/json", "Accept-Language": lang } });
  if (answer.ok) line.textContent = (await answer.json()).sentence;
}

for (const line of document.querySelectorAll("[data-seats]")) showSeats(line).catch(() => { /* the link stays */ });

/* -- Typeahead: the ARIA 1.2 combobox with a list, over a <select> that stays the control that is sent ----------------- */

const SHOWN = 40;
const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/[^\p{L}\p{N}]+/gu, " ").trim();

/** Every choice of a list with the group it stands in, and the text that typing is compared with. */
function choicesOf(select) {
  return [...select.options].filter((option) => option.value).map((option) => {
    const group = option.parentElement.label ?? "";
    return { value: option.value, name: option.text, group, words: ` ${plain(option.text)} ${plain(group)}`, start: plain(option.text) };
  });
}

/** Choices in which every typed word begins a word; those whose own name begins so come first. */
function matching(choices, typed) {
  const words = plain(typed).split(" ").filter(Boolean);
  const fitting = choices.filter((choice) => words.every((word) => choice.words.includes(` ${word}`)));
  const rank = (choice) => (` ${choice.start}`.includes(` ${words.join(" ")}`) ? 0 : 1);
  return fitting.sort((one, other) => rank(one) - rank(other));
}

function startTypeahead(select) {
  const words = document.getElementById("typeahead-words").dataset;
  // 514 regions are prepared when somebody comes to the field, not while the page is being shown.
  let prepared;
  const choices = () => (prepared ??= choicesOf(select));
  const box = document.createElement("div");
  const input = document.createElement("input");
  const list = document.createElement("ul");
  const status = document.createElement("div");
  const label = document.querySelector(`label[for="${select.id}"]`);
  const chosenName = () => (select.value ? select.selectedOptions[0].text : "");

  box.className = "portal-typeahead";
  list.className = "portal-options";
  list.id = `${select.id}-options`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label.textContent);
  status.className = "unseen";
  status.setAttribute("role", "status");
  // The field takes the id, so that the label and the link of the error summary lead to it.
  input.id = select.id;
  select.id = `${input.id}-chosen`;
  input.className = "portal-input";
  input.value = chosenName();
  for (const [name, value] of Object.entries({
    "type": "text", "role": "combobox", "autocomplete": "off", "autocapitalize": "words", "spellcheck": "false",
    "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list",
    "aria-describedby": select.getAttribute("aria-describedby"), "aria-invalid": select.getAttribute("aria-invalid"),
  })) if (value) input.setAttribute(name, value);
  // Somebody who is in the list already stays in the field.
  const held = document.activeElement === select;
  select.replaceWith(box);
  box.append(input, list, select, status);
  if (held) input.focus();

  let active = -1;

  function mark(index) {
    active = index;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = list.children[index];
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function choose(value) {
    select.value = value;
    input.value = chosenName();
    input.setCustomValidity("");
    status.textContent = input.value;
    close();
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function open(typed) {
    const found = matching(choices(), typed);
    list.replaceChildren(...found.slice(0, SHOWN).map((choice, index) => {
      const option = document.createElement("li");
      const group = document.createElement("span");
      option.id = `${list.id}-${index}`;
      option.dataset.value = choice.value;
      option.setAttribute("role", "option");
      group.textContent = choice.group;
      option.append(choice.name, " ", group);
      return option;
    }));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    mark(-1);
    // On a phone the field is often the last thing above the keyboard: bring the list into view, the field stays above it.
    if (!list.hidden) list.scrollIntoView({ block: "nearest" });
    status.textContent = found.length === 0 ? words.none : found.length === 1 ? words.one : words.many.replace("{count}", found.length);
  }

  // Typed and fitting several places, or none: said here, because the form would carry no choice and lose the words.
  input.form.addEventListener("submit", (event) => {
    if (select.value || !input.value.trim()) return;
    event.preventDefault();
    input.focus();
    open(input.value);
    input.setCustomValidity(status.textContent);
    input.reportValidity();
  });

  input.addEventListener("input", () => {
    input.setCustomValidity("");
    select.value = "";
    if (input.value.trim()) open(input.value);
    else close();
  });

  input.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) open(select.value ? "" : input.value);
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (list.children.length) mark(active < 0 && step < 0 ? list.children.length - 1 : (active + step + list.children.length) % list.children.length);
    } else if (event.key === "Enter" && !list.hidden) {
      const option = list.children[active] ?? (count === 1 ? list.children[0] : undefined);
      if (option) choose(option.dataset.value);
    } else if (event.key === "Escape" && !list.hidden) {
      close();
    } else {
      return;
    }
    event.preventDefault();
  });

  input.addEventListener("blur", () => {
    // Typed out in full, or narrowed down to one: taken as chosen. Anything else is left as typed and chosen stays nothing.
    const found = matching(choices(), input.value);
    const exact = found.filter((choice) => choice.start === plain(input.value));
    if (!select.value && input.value.trim()) {
      const only = exact.length === 1 ? exact[0] : found.length === 1 ? found[0] : undefined;
      if (list.children[active]) choose(list.children[active].dataset.value);
      else if (only) choose(only.value);
    }
    close();
  });

  // Before the field loses the focus, so that the list is still there when the finger lifts.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option.dataset.value);
  });
}

for (const select of document.querySelectorAll("select[data-typeahead]")) {
  // Somebody who is in the plain list already keeps it until they leave it.
  if (document.activeElement === select) select.addEventListener("blur", () => startTypeahead(select), { once: true });
  else startTypeahead(select);
}
