// What a page of a shop does to be seen by Rapport: load the SDK from the collector, and call it.
"use strict";

const ITEMS = {
  tea: { name: "Oolong tea", category: "tea", price: 12.5 },
  pot: { name: "Clay tea pot", category: "crockery", price: 48 },
  cup: { name: "Porcelain cup", category: "crockery", price: 9.9 },
};

// Until the SDK has loaded, calls wait in a list that it takes over.
const analytics = (window.analytics = window.analytics || []);
analytics._writeKey = window.shop.key;
analytics._cdn = window.shop.collector;
analytics._loadOptions = { cdnURL: window.shop.collector };
for (const method of ["page", "track", "identify", "reset", "ready"]) {
  analytics[method] = (...given) => analytics.push([method, ...given]);
}
const sdk = document.createElement("script");
sdk.async = true;
sdk.src = `${window.shop.collector}/analytics.js/v1/${window.shop.key}/analytics.min.js`;
document.head.append(sdk);

const say = (...given) => window.analytics[given[0]](...given.slice(1));
const element = (id) => document.getElementById(id);

say("page", document.title);

if (element("items")) {
  for (const [id, item] of Object.entries(ITEMS)) {
    const link = document.createElement("a");
    link.href = `item.html?item=${id}`;
    link.textContent = `${item.name}, ${item.price} EUR`;
    element("items").append(link);
  }
  element("qr").href = `${window.shop.collector}/q/tea`;
}

if (element("item")) {
  const id = new URLSearchParams(location.search).get("item");
  const item = ITEMS[id];
  if (item) {
    element("item").textContent = `${item.name}: ${item.price} EUR`;
    const product = { product_id: id, currency: "EUR", ...item };
    say("track", "Product Viewed", product);
    element("add").addEventListener("click", () => {
      say("track", "Product Added", { ...product, quantity: 1 });
      element("said").textContent = "In your basket.";
    });
  }
}

if (element("login")) {
  element("login").addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new FormData(event.target);
    say("identify", given.get("customer"), { email: given.get("email") });
    element("said").textContent = `Welcome, ${given.get("customer")}.`;
  });
}
