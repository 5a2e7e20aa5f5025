// Small things every page may need. All of it is an enhancement: pages work without it.

// On phones the search question is folded into one line; a tap opens it.
document.addEventListener("click", (event) => {
  const summary = event.target.closest(".ask-sum");
  if (!summary) return;
  summary.setAttribute("aria-expanded", "true");
  document.querySelector("#ask input")?.focus();
});

// A room and its pin on the map light up together.
function light(event) {
  const slug = event.target.closest?.("[data-slug]")?.dataset.slug;
  for (const lit of document.querySelectorAll(".is-lit")) {
    if (lit.dataset.slug !== slug) lit.classList.remove("is-lit");
  }
  if (!slug) return;
  for (const same of document.querySelectorAll(`[data-slug="${CSS.escape(slug)}"]`)) {
    same.classList.add("is-lit");
  }
}
document.addEventListener("pointerover", light);
document.addEventListener("focusin", light);

// Folded away again, a last day no longer counts; and it is never before the first.
document.addEventListener("toggle", ({ target }) => {
  const last = target.matches?.(".several:not([open])") && target.querySelector("[name=last]");
  if (!last?.value) return;
  last.value = "";
  last.dispatchEvent(new Event("change", { bubbles: true }));
}, true);
document.addEventListener("change", ({ target }) => {
  const last = target.name === "date" && target.form?.elements.last;
  if (last?.value && last.value < target.value) last.value = target.value;
}, true);

// After a refused form has been swapped in, the reader hears and sees why.
document.addEventListener("htmx:afterSwap", (event) => {
  event.detail.elt.querySelector?.("[role=alert][autofocus]")?.focus();
});
