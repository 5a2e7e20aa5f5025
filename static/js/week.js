// The week grid. Without script each free slot is a submit button; with it one drags,
// clicks start and end, or uses the keyboard. The choice goes into the panel's form, whose
// "change" makes htmx ask the server for the price: only the server knows prices.
//
// <week-grid data-step="30" data-first="60" data-separator="." data-chosen="Valgt {time}">
//   .slot buttons: value "YYYY-MM-DDTHH:MM", data-d (day 0–6), data-m (minute of the day)
// <form id="panel"> with date, from and to

const two = (number) => String(number).padStart(2, "0");
const asTime = (minute, separator = ":") => `${two(Math.floor(minute / 60))}${separator}${two(minute % 60)}`;
const asMinute = (time) => time.split(":").reduce((hours, minutes) => hours * 60 + Number(minutes), 0);

class WeekGrid extends HTMLElement {
  connectedCallback() {
    this.step = Number(this.dataset.step) || 30;
    this.first = Math.max(Number(this.dataset.first) || 60, this.step);
    this.separator = this.dataset.separator || ":";
    this.slots = [...this.querySelectorAll(".slot")].map((button) => this.prepared(button));
    this.byPlace = new Map(this.slots.map((slot) => [`${slot.day}/${slot.minute}`, slot]));
    this.byButton = new Map(this.slots.map((slot) => [slot.button, slot]));
    this.speaker = this.appendChild(document.createElement("p"));
    this.speaker.className = "sr";
    this.speaker.setAttribute("aria-live", "polite");

    this.addEventListener("pointerdown", (event) => this.pressed(event));
    this.addEventListener("pointermove", (event) => this.dragged(event));
    addEventListener("pointerup", () => this.released());
    addEventListener("pointercancel", () => (this.drag = null));
    this.addEventListener("click", (event) => this.tapped(event));
    this.addEventListener("keydown", (event) => this.keyed(event));
    this.addEventListener("focusin", (event) => this.rove(this.slotOf(event.target)));
    this.addEventListener("change", (event) => {
      if (event.target.matches(".daypill input")) this.roveHome();
    });
    document.addEventListener("change", (event) => {
      if (!this.telling && event.target.closest("#panel")) this.followPanel();
    });
    document.addEventListener("htmx:afterSwap", (event) => {
      if (event.detail.elt.id === "panel") this.followPanel();
    });
    this.followPanel();
    this.roveHome();
  }

  prepared(button) {
    button.type = "button";
    button.tabIndex = -1;
    return { button, day: Number(button.dataset.d), minute: Number(button.dataset.m) };
  }

  // --- Where things are ---

  slotOf(element) {
    return this.byButton.get(element.closest(".slot"));
  }

  at(day, minute) {
    return this.byPlace.get(`${day}/${minute}`);
  }

  of(day) {
    return this.slots.filter((slot) => slot.day === day);
  }

  // The longest free run from one slot towards another of that day, as [start, end):
  // a booking cannot leap over another.
  run(day, from, to) {
    const step = to >= from ? this.step : -this.step;
    let last = from;
    while (last !== to && this.at(day, last + step)) last += step;
    return [Math.min(from, last), Math.max(from, last) + this.step];
  }

  // --- Choosing ---

  choose(day, start, end, { tell = true } = {}) {
    this.chosen = { day, start, end };
    for (const { button, day: its, minute } of this.slots) {
      const inside = its === day && minute >= start && minute < end;
      button.classList.toggle("sel", inside);
      button.classList.toggle("sel-a", inside && minute === start);
      button.classList.toggle("sel-b", inside && minute === end - this.step);
      button.setAttribute("aria-pressed", String(inside));
      button.firstElementChild.textContent = inside && minute === start ? this.range(start, end) : "";
    }
    if (tell) this.tellPanel();
  }

  clear() {
    this.chosen = this.anchor = null;
    for (const { button } of this.slots) {
      button.classList.remove("sel", "sel-a", "sel-b");
      button.setAttribute("aria-pressed", "false");
      button.firstElementChild.textContent = "";
    }
  }

  range(start, end) {
    return `${asTime(start, this.separator)}–${asTime(end, this.separator)}`;
  }

  // --- Pointer: drag with a mouse or pen; first and last tap with any ---

  pressed(event) {
    const slot = this.slotOf(event.target);
    if (!slot || event.pointerType === "touch" || event.button) return;
    this.drag = { from: slot, moved: false };
  }

  dragged(event) {
    if (!this.drag) return;
    const { from } = this.drag;
    const column = from.button.getBoundingClientRect();
    const under = document.elementFromPoint(column.left + column.width / 2, event.clientY);
    const slot = under && this.slotOf(under);
    if (!slot || slot.day !== from.day || (slot === from && !this.drag.moved)) return;
    this.drag.moved = true;
    this.anchor = null;
    this.choose(from.day, ...this.run(from.day, from.minute, slot.minute), { tell: false });
  }

  released() {
    if (this.drag?.moved) {
      this.ignoreClick = true;
      setTimeout(() => (this.ignoreClick = false));
      this.tellPanel();
    }
    this.drag = null;
  }

  tapped(event) {
    const slot = this.slotOf(event.target);
    if (!slot || this.ignoreClick) return;
    const { day, minute } = slot;
    const from = this.anchor;
    if (from && from.day === day && from.minute !== minute) {
      this.anchor = null;
      this.choose(day, ...this.run(day, from.minute, minute));
    } else {
      this.anchor = slot;
      this.choose(day, ...this.run(day, minute, minute + this.first - this.step));
    }
  }

  // --- Keyboard: arrows move, Enter chooses, Shift + up or down stretches, Escape clears ---

  keyed(event) {
    const slot = this.slotOf(event.target);
    if (!slot) return;
    const moves = {
      ArrowDown: () => this.vertical(slot, this.step, event.shiftKey),
      ArrowUp: () => this.vertical(slot, -this.step, event.shiftKey),
      ArrowRight: () => this.sideways(slot, 1),
      ArrowLeft: () => this.sideways(slot, -1),
      Home: () => this.of(slot.day).at(0),
      End: () => this.of(slot.day).at(-1),
      Escape: () => void this.clear(),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    this.focusOn(moves[event.key]());
  }

  vertical(slot, step, stretches) {
    const { day, minute } = slot;
    if (stretches) {
      const next = this.at(day, minute + step);
      this.stretchFrom ??= minute;
      if (next) this.choose(day, ...this.run(day, this.stretchFrom, minute + step));
      return next;
    }
    this.stretchFrom = null;
    const further = this.of(day).filter((other) => (other.minute - minute) * step > 0);
    return step > 0 ? further.at(0) : further.at(-1);
  }

  sideways(slot, step) {
    for (let day = slot.day + step; day >= 0 && day < 7; day += step) {
      const near = this.of(day).sort(
        (one, other) => Math.abs(one.minute - slot.minute) - Math.abs(other.minute - slot.minute),
      )[0];
      if (near) return near;
    }
    return null;
  }

  focusOn(slot) {
    if (!slot) return;
    this.show(slot.day);
    slot.button.focus();
  }

  // On phones one day is shown at a time.
  show(day) {
    const radio = this.querySelector(`#day${day}`);
    if (radio && !radio.checked) radio.checked = true;
  }

  // One slot is in the tab order: the focused one, else the chosen one, else the first shown.
  rove(slot) {
    if (!slot) return;
    for (const other of this.slots) other.button.tabIndex = other === slot ? 0 : -1;
  }

  roveHome() {
    const isShown = (slot) => slot?.button.offsetParent !== null;
    const chosen = this.chosen && this.at(this.chosen.day, this.chosen.start);
    this.rove(chosen && isShown(chosen) ? chosen : this.slots.find(isShown) ?? this.slots[0]);
  }

  // --- The panel's form ---

  get fields() {
    const fields = document.getElementById("panel")?.elements;
    return fields?.from && fields?.to && fields?.date ? fields : null;
  }

  tellPanel() {
    const { fields, chosen } = this;
    if (!fields || !chosen) return;
    const slot = this.at(chosen.day, chosen.start);
    fields.date.value = slot.button.value.slice(0, 10);
    fields.from.value = asTime(chosen.start);
    fields.to.value = asTime(chosen.end);
    this.telling = true;
    fields.to.dispatchEvent(new Event("change", { bubbles: true }));
    this.telling = false;
    const time = `${slot.button.ariaLabel}–${asTime(chosen.end, this.separator)}`;
    this.speaker.textContent = (this.dataset.chosen || "{time}").replace("{time}", time);
  }

  followPanel() {
    const { fields } = this;
    if (!fields) return;
    const day = this.slots.find((slot) => slot.button.value.startsWith(fields.date.value))?.day;
    if (day === undefined || !fields.from.value || !fields.to.value) return;
    this.show(day);
    this.choose(day, asMinute(fields.from.value), asMinute(fields.to.value), { tell: false });
  }
}

customElements.define("week-grid", WeekGrid);
