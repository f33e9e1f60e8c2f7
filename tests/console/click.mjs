// Opens the console, clicks a button of what has this number, and waits for its state to change on the same page.

import assert from "node:assert/strict";
import puppeteer from "puppeteer-core";

const [control, button, number, before, after] = process.argv.slice(2);
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--force-color-profile=srgb"],
  defaultViewport: { width: 1180, height: 620 },
});
try {
  const page = await browser.newPage();
  const problems = [];
  page.on("pageerror", error => problems.push(String(error)));
  page.on("console", message => { if (message.type() === "error") problems.push(message.text()); });
  await page.goto(control);
  const shows = (number, state) => page.waitForFunction((number, state) => {
    const rows = [...document.querySelectorAll("#standings tr")];
    return rows.find(row => row.cells[1].textContent === number && row.cells[2].textContent === state);
  }, { timeout: 10_000 }, number, state);

  const row = await shows(number, before);
  await page.evaluate(() => { window.isTheSamePage = true; });
  const found = await row.evaluateHandle((row, label) => {
    return [...row.querySelectorAll("button")].find(button => button.textContent === label);
  }, button);
  await found.asElement().click();
  await shows(number, after);

  assert.equal(await page.evaluate(() => window.isTheSamePage), true, "it was loaded again");
  assert.equal(await page.title(), "WeChat Pay simulator");
  assert.equal(await page.$("img"), null, "markup from outside became an element");
  assert.match(await page.$eval("#notifications", body => body.textContent), /onerror/);
  assert.match(await page.$eval("#requests", body => body.textContent), /wrong/);
  assert.deepEqual(problems, []);
  if (process.env.CONSOLE_PICTURE) await page.screenshot({ path: process.env.CONSOLE_PICTURE });
} finally {
  await browser.close();
}
