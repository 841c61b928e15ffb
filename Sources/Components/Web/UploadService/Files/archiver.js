// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// The form works without this. Browsers send a whole request before they read its answer, so a large archive needs
// two connections: it is downloaded from one while the files go up on the other, and the server holds a few kilobytes.

"use strict";

const [form, fields, add, start, transfer, progress, cancel, message, download] = [
  "form", "fields", "add", "start", "transfer", "progress", "cancel", "message", "download",
].map((id) => document.getElementById(id));
const page = document.title;
let upload = null;
let nextField = 2;

function say(text, failed = false) {
  message.classList.toggle("failed", failed);
  message.textContent = text;
}

function size(bytes) {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  let unit = 0;
  while (bytes >= 1000 && unit < units.length - 1) {
    bytes /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}

// MARK: Fields

function addField() {
  const field = document.createElement("div");
  const label = document.createElement("label");
  const input = document.createElement("input");
  const remove = document.createElement("button");
  const number = nextField;
  nextField += 1;
  field.className = "field";
  label.htmlFor = input.id = `file-${number}`;
  label.textContent = `More files (${number})`;
  Object.assign(input, { type: "file", name: "files[]", multiple: true });
  Object.assign(remove, { type: "button", textContent: "Remove" });
  remove.setAttribute("aria-label", `Remove field ${number}`);
  remove.addEventListener("click", () => {
    field.remove();
    say(`Field ${number} removed.`);
    add.focus();
  });
  field.append(label, input, remove);
  fields.append(field);
  input.focus();
}

// MARK: Transfer

function begin() {
  start.disabled = add.disabled = true;
  transfer.hidden = false;
  progress.value = 0;
  cancel.focus();
}

function finish(text, failed = false) {
  upload = null;
  start.disabled = add.disabled = false;
  transfer.hidden = true;
  document.title = page;
  say(text, failed);
  start.focus();
}

function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

// Asks for an archive, again while the server is busy.
async function place(attempt) {
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch("/archives", { method: "POST", cache: "no-store" });
    if (upload !== attempt) return null;
    if (answer.ok && answer.headers.has("Location")) return answer.headers.get("Location");
    if (answer.status !== 503 || tries === 30) throw new Error(await answer.text());
    say("The server is busy. Waiting for a place.");
    await pause(Number(answer.headers.get("Retry-After")) || 1);
    if (upload !== attempt) return null;
  }
}

function send(path, attempt) {
  let announced = -1;
  const request = (attempt.request = new XMLHttpRequest());
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    const percent = total > 0 ? Math.floor((100 * loaded) / total) : 0;
    progress.value = percent;
    document.title = `${percent} % – ${page}`;
    // Screen readers would read each change.
    if (Math.floor(percent / 10) > announced) {
      announced = Math.floor(percent / 10);
      say(`${percent} % of ${size(total)} sent.`);
    }
  });
  request.addEventListener("load", () => {
    if (upload !== attempt) return;
    // Another upload has taken the place meanwhile, or the download found no connection in time, as the browser has few of
    // them for all of its tabs. An upload that has begun does not come again.
    const isBusy = request.status === 503 && request.getResponseHeader("Retry-After");
    if ((isBusy || [404, 504].includes(request.status)) && attempt.tries < 10) {
      attempt.tries += 1;
      setTimeout(run, 1000, attempt);
    } else finish(request.responseText.trim(), request.status !== 200);
  });
  request.addEventListener("error", () => {
    if (upload === attempt) finish("The upload was cut off: the download has ended, or the connection is lost.", true);
  });
  request.open("POST", path);
  request.send(attempt.data);
}

async function run(attempt) {
  if (upload !== attempt) return;
  try {
    const path = await place(attempt);
    if (!path) return;
    download.src = path;
    send(path, attempt);
  } catch (problem) {
    if (upload === attempt) finish(problem.message.trim() || "The server cannot be reached.", true);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (upload) return;
  upload = { request: null, tries: 0, data: new FormData(form) };
  begin();
  say("Starting.");
  run(upload);
});

cancel.addEventListener("click", () => {
  const attempt = upload;
  upload = null;
  if (attempt && attempt.request) attempt.request.abort();
  finish("Cancelled. The download that had begun is not complete.");
});

add.hidden = add.disabled = start.disabled = false;
add.addEventListener("click", addField);
