// The door's display says so when it has not been told anything for a while: a "free" that is
// an hour old is worse than none. The next answer replaces the whole display.

const PATIENCE = 75_000; // milliseconds: two answers have not come

let answered = Date.now();

function tell() {
  const door = document.querySelector(".door");
  door.classList.add("is-stale");
  door.querySelector(".door-stale").hidden = false;
}

for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, tell);
}
document.addEventListener("htmx:afterSwap", () => { answered = Date.now(); });
setInterval(() => { if (Date.now() - answered > PATIENCE) tell(); }, 5_000);
