"use strict";

// Finds what has all the words: those in a title first, then those in a text.
const root = document.getElementById("search-script").dataset.root;
const input = document.getElementById("search");
const found = document.getElementById("found");
const MOST = 20;

function rank(entry, words) {
  const title = entry.title.toLowerCase();
  const rest = (entry.place + " " + entry.text).toLowerCase();
  let rank = 0;
  for (const word of words) {
    if (title === word) rank += 9;
    else if (title.startsWith(word)) rank += 4;
    else if (title.includes(word)) rank += 3;
    else if (rest.includes(word)) rank += 1;
    else return 0;
  }
  return rank;
}

function search() {
  const words = input.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const hits = words.length === 0 ? [] : searchIndex
    .map((entry) => ({ entry, rank: rank(entry, words) }))
    .filter((hit) => hit.rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, MOST);
  found.replaceChildren(...hits.map(({ entry }) => {
    const link = document.createElement("a");
    link.href = root + entry.url;
    link.textContent = entry.title;
    const place = document.createElement("small");
    place.textContent = entry.place;
    link.append(place);
    const item = document.createElement("li");
    item.append(link);
    return item;
  }));
  if (words.length > 0 && hits.length === 0) {
    const nothing = document.createElement("li");
    nothing.textContent = "Nothing found.";
    found.append(nothing);
  }
  found.hidden = words.length === 0;
}

input.addEventListener("input", search);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    input.value = "";
    search();
  } else if (event.key === "/" && document.activeElement !== input) {
    event.preventDefault();
    input.focus();
  } else if (event.key === "Enter" && document.activeElement === input) {
    found.querySelector("a")?.click();
  }
});
