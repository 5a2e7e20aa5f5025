// A click on the plan says where a space is: it fills the two numbers of the form, which can
// also be written.
//
// <point-plan><img><svg><circle class="plan-new"></svg></point-plan> and a form "point" with x, y

class PointPlan extends HTMLElement {
  connectedCallback() {
    this.fields = document.getElementById("point").elements;
    this.ring = this.querySelector(".plan-new");
    this.addEventListener("click", (event) => this.clicked(event));
    for (const field of [this.fields.x, this.fields.y]) {
      field.addEventListener("input", () => this.draw());
    }
    this.draw();
  }

  clicked(event) {
    const { left, top, width, height } = this.querySelector("img").getBoundingClientRect();
    const percent = (part, whole) => Math.min(100, Math.max(0, (100 * part) / whole)).toFixed(1);
    this.fields.x.value = percent(event.clientX - left, width);
    this.fields.y.value = percent(event.clientY - top, height);
    this.draw();
  }

  draw() {
    const { x, y } = this.fields;
    if (!x.value || !y.value) return;
    this.ring.setAttribute("cx", `${Number(x.value)}%`);
    this.ring.setAttribute("cy", `${Number(y.value)}%`);
  }
}

customElements.define("point-plan", PointPlan);
