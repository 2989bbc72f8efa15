// What html-validate finds: a page as one JSON string a line comes in, a JSON list of words goes out.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { HtmlValidate } from "html-validate";

const validator = new HtmlValidate(JSON.parse(readFileSync(process.argv[2], "utf8")));
for await (const line of createInterface({ input: process.stdin })) {
  const report = await validator.validateString(JSON.parse(line));
  const found = report.results.flatMap((result) => result.messages);
  const words = found.map((one) => `line ${one.line}, ${one.ruleId}: ${one.message}`);
  process.stdout.write(JSON.stringify(words) + "\n");
}
