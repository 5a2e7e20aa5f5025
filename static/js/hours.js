// "Same all weekdays as Monday" in the week of opening hours.

for (const button of document.querySelectorAll("[data-copy-week]")) {
  const fields = [...button.closest("fieldset").querySelectorAll("input[name*='day-']")];
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const field of fields.slice(1, 5)) field.value = fields[0].value;
  });
}
