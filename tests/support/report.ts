import { DOMParser, type Element } from "@xmldom/xmldom";

/** What became of one test, or of one step of it. */
export interface TestResult {
  readonly file: string;
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** The first line of what was wrong. */
  readonly reason: string | undefined;
}

/** Reads a report in the format of JUnit, as `deno test` writes it. */
export function readReport(xml: string): TestResult[] {
  const cases = new DOMParser().parseFromString(xml, "text/xml").getElementsByTagName("testcase");
  return [...cases].map((test) => {
    const [failure] = test.getElementsByTagName("failure");
    return {
      file: test.getAttribute("classname") ?? "",
      name: test.getAttribute("name") ?? "",
      outcome: failure ? "failed" : isSkipped(test) ? "skipped" : "passed",
      reason: failure?.textContent?.trim().split("\n")[0],
    };
  });
}

function isSkipped(test: Element): boolean {
  return test.getElementsByTagName("skipped").length > 0;
}

/**
 * Names each test that failed, with the first line of what was wrong, and prints the closing line that
 * CI reads.
 *
 * @param code how the run ended: what breaks outside a test, in a timer or while a file loads, is in
 * no result.
 * @returns the exit code; a run in which nothing passed has failed.
 */
export function summarise(results: readonly TestResult[], code: number): number {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const { file, name, outcome, reason } of results) {
    count[outcome]++;
    if (outcome === "failed") console.log(`failed: ${file} => ${name}: ${reason}`);
  }
  const failed = Math.max(count.failed, code === 0 ? 0 : 1);
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
  console.log(`${count.passed} passed, ${failed} failed${skipped}`);
  return count.passed === 0 ? 1 : code;
}
