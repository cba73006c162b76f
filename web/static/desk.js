// Small comforts; every page does its work without them.
"use strict";

// Countdowns go on while the page is open. The words are those of the server: 还剩 / 已逾期.
// The clock is the server's too: that of an office machine may be wrong.
const MINUTE = 60000;
const AHEAD = Date.parse(document.documentElement.dataset.now) - Date.now();

function span(length) {
  const minutes = Math.floor(length / MINUTE);
  if (minutes < 1) return "不到1分";
  const days = Math.floor(minutes / 1440), hours = Math.floor(minutes / 60) % 24, rest = minutes % 60;
  if (days) return `${days}天` + (hours ? `${hours}小时` : "");
  return (hours ? `${hours}小时` : "") + (rest ? `${rest}分` : "");
}

function tick() {
  for (const element of document.querySelectorAll("time[data-until]")) {
    const left = Date.parse(element.dataset.until) - Date.now() - AHEAD;
    element.textContent = left > 0 ? `还剩 ${span(left)}` : `已逾期 ${span(-left)}`;
    if (left <= 0) element.closest("[data-urgency]")?.setAttribute("data-urgency", "over");
  }
}

// A form that was sent is not sent again by an impatient second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

tick();
setInterval(tick, MINUTE / 2);
