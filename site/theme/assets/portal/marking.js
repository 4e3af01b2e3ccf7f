/* Marking by keyboard: Alt+J and Alt+K go to the next and the last item, Alt+T accepts all of it, Alt+N nothing.
   With a modifier only: a single character would be set off by speech input (WCAG 2.1.4). Without script the same
   fields are filled in one after the other. */

const form = document.querySelector("[data-marking]");
const items = [...form.querySelectorAll(".portal-mark")];
const accepted = (item) => item.querySelector("input[name^=accepted_]");
const reason = (item) => item.querySelector("select[name^=reason_]");

function current() {
  return Math.max(0, items.findIndex((item) => item.contains(document.activeElement)));
}

function go(step) {
  const item = items[Math.min(items.length - 1, Math.max(0, current() + step))];
  accepted(item).focus();
  accepted(item).select();
  item.scrollIntoView({ block: "nearest" });
}

function accept(value) {
  const item = items[current()];
  accepted(item).value = value;
  if (value === "0") { reason(item).focus(); return; }
  reason(item).value = "";
  go(1);
}

const keys = {
  KeyJ: () => go(1), KeyK: () => go(-1),
  KeyT: () => accept(items[current()].dataset.proposed), KeyN: () => accept("0"),
};

form.addEventListener("keydown", (event) => {
  const act = event.altKey && !event.ctrlKey && !event.metaKey && keys[event.code];
  if (!act) return;
  event.preventDefault();
  act();
});
if (items.length && accepted(items[0])) accepted(items[0]).focus({ preventScroll: true });
