// Without this file the form posts all images at once. With it they can be dropped, and go one by one with progress.
"use strict";

const form = document.querySelector("form[data-uploads]");
const list = form.querySelector("[data-sending-list]");
const input = form.querySelector("input[type=file]");
form.querySelector("[data-drop]").hidden = false;

function show(file) {
  const row = document.createElement("li");
  const name = document.createElement("bdi");
  name.className = "name";
  name.textContent = file.name;
  const state = document.createElement("span");
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.setAttribute("aria-label", file.name);
  row.append(name, state, bar);
  list.append(row);
  return { row, state, bar };
}

function send(file, shown) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const fields = new FormData();
    fields.append("csrf", form.elements.csrf.value);
    fields.append("images", file, file.name);
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    shown.state.textContent = form.dataset.sending;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) shown.bar.value = event.loaded / event.total;
    });
    request.upload.addEventListener("load", () => {
      shown.bar.removeAttribute("value");
      shown.state.textContent = form.dataset.reading;
    });
    request.addEventListener("loadend", () => resolve({ status: request.status, ...request.response }));
    request.send(fields);
  });
}

function tell(shown, answer) {
  shown.bar.remove();
  if (answer.address) {
    shown.state.textContent = form.dataset.done;
    return;
  }
  shown.state.remove();
  const why = document.createElement("span");
  why.className = "failed";
  why.textContent = answer.error || form.dataset.lost;
  shown.row.append(why);
}

async function sendAll(files) {
  if (files.length === 0) return;
  const button = form.querySelector("button");
  button.disabled = true;
  list.replaceChildren();
  const rows = files.map(show);
  const answers = [];
  for (const [index, file] of files.entries()) {
    const answer = await send(file, rows[index]);
    tell(rows[index], answer);
    answers.push(answer);
  }
  button.disabled = false;
  input.value = "";
  const read = answers.filter((answer) => answer.address);
  if (read.length === answers.length) location.assign(read.length === 1 ? read[0].address : form.action);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  sendAll(Array.from(input.files));
});
for (const name of ["dragenter", "dragover"]) {
  form.addEventListener(name, (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
}
for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("over"));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  sendAll(Array.from(event.dataTransfer.files));
});
// A file that is dropped beside the form would be opened in the place of this page.
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
