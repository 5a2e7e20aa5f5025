// On phones the question folds again once it is asked, and gives way to its answer.
document.addEventListener("submit", (event) => {
  if (event.target.id !== "seek") return;
  const summary = document.querySelector(".ask-sum");
  if (summary.getAttribute("aria-expanded") !== "true") return;
  summary.setAttribute("aria-expanded", "false");
  summary.focus();
});
