// A button that copies a field: <button data-copies="id" data-done="Copied" hidden>.

for (const button of document.querySelectorAll("[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  if (!field || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.setAttribute("aria-label", button.dataset.done);
    button.classList.add("is-done");
  });
}
