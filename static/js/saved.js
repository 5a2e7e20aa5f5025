// A heart answers at once and sends what it says; should the server say no, it takes it back.
// Without script it is a button of the form #hearts, which comes back to the same page.

function show(heart, isOn) {
  heart.setAttribute("aria-pressed", String(isOn));
  heart.value = isOn ? "off" : "on";
}

document.addEventListener("click", async (event) => {
  const heart = event.target.closest("button.heart");
  if (!heart) return;
  event.preventDefault();
  const body = new FormData(heart.form);
  body.set("to", heart.value);
  const wasOn = heart.value === "off";
  show(heart, !wasOn);
  try {
    const headers = { "HX-Request": "true" };
    const answer = await fetch(heart.formAction, { method: "POST", body, headers });
    if (!answer.ok) show(heart, wasOn);
  } catch {
    show(heart, wasOn);
  }
});
