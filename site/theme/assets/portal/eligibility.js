/* Which service may fit a family, worked out on the phone: nothing that is answered leaves it. The rules are the same data
   that the function reads, and so is their meaning (functions/referrals/eligibility.py): a test compares both, family by
   family. Loaded by portal.js on the page of the check. */

/** Whether an answer meets a condition; undefined when it is not known. */
function isMet(condition, facts, answers) {
  const value = answers[condition.fact];
  if (!facts[condition.fact].includes(value)) return undefined;
  if (condition.is) return condition.is.includes(value);
  return "at_most" in condition ? Number(value) <= condition.at_most : Number(value) >= condition.at_least;
}

function stateOf(row, facts, answers) {
  const met = row.any.map((condition) => isMet(condition, facts, answers));
  if (met.includes(true)) return "holds";
  if (met.includes(undefined)) return "unknown";
  return row.otherwise === "no" ? "fails" : "asks";
}

/** Every service with its answer, and how each of its rows stands, in their order. */
export function evaluate({ facts, services }, answers) {
  return services.map(({ id, rows }) => {
    const states = rows.map((row) => stateOf(row, facts, answers));
    const all = states.length > 0 && states.every((state) => state === "holds");
    return { service: id, answer: states.includes("fails") ? "no" : all ? "may" : "ask", states };
  });
}

/* -- The page -------------------------------------------------------------------------------------------------------- */

function start(box, form) {
  const line = box.querySelector("[data-line]");
  const result = box.querySelector("[data-result]");
  const title = document.title;
  let rules;

  const made = (name) => box.querySelector(`template[data-template=${name}]`).content.cloneNode(true);

  function drawnReason(state, text) {
    const reason = made(state);
    reason.querySelector("[data-text]").textContent = text;
    return reason;
  }

  function drawnService({ states }, { id, title: name, href, rows }) {
    const service = made("service");
    const link = service.querySelector("a");
    service.querySelector("[data-service]").dataset.service = id;
    link.textContent = name;
    link.href = href;
    service.querySelector("ul").append(...(states.length
      ? states.map((state, at) => drawnReason(state, rows[at].because))
      : [drawnReason("unknown", box.dataset.unknown)]));
    return service;
  }

  function drawnGroup(answer, fits) {
    const group = made(answer);
    group.querySelector("[data-count]").textContent = fits.length;
    group.querySelector(".portal-fit__list").append(...fits.map((fit) =>
      drawnService(fit, rules.services.find(({ id }) => id === fit.service))));
    return group;
  }

  function show(answers) {
    // Of which nothing is known, comes last.
    const isOpen = ({ states }) => Number(states.every((state) => state === "unknown"));
    const fits = evaluate(rules, answers).sort((one, other) => isOpen(one) - isOpen(other));
    const groups = ["may", "ask", "no"].map((answer) => [answer, fits.filter((fit) => fit.answer === answer)]);
    result.replaceChildren(made("begin"), ...groups.filter(([, found]) => found.length)
      .map(([answer, found]) => drawnGroup(answer, found)), made("end"));
    box.dataset.shown = "";
    const heading = result.querySelector("[data-title]");
    document.title = `${heading.textContent} - ${title}`;
    heading.focus();
    heading.scrollIntoView();
  }

  form.addEventListener("submit", (event) => {
    if (!rules) return; // the portal works it out
    event.preventDefault();
    show(Object.fromEntries(new FormData(form)));
  });

  fetch(box.dataset.rules).then((answer) => {
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    return answer.json();
  }).then((found) => { rules = found; }, () => { line.textContent = line.dataset.byPortal; });

  keep().then(() => { box.querySelector("[data-kept]").hidden = false; }, () => { /* a browser that keeps nothing needs network */ });
}

/** The page opens without network, too (site/kept-page/worker.js). */
async function keep() {
  const scope = location.pathname;
  await navigator.serviceWorker.register(`${scope}simpanan.js`, { scope });
  await navigator.serviceWorker.ready;
}

const box = document.querySelector("[data-eligibility]");
if (box) start(box, document.querySelector("[data-form=eligibility]"));
