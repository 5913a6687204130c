import assert from "node:assert/strict";
import {
  dataOf,
  EVENT_CATALOGUE,
  eventTypeName,
  isKnownEventType,
  isPublishable,
} from "#shared/webhooks/event_catalogue.ts";

const TYPES = Object.entries(EVENT_CATALOGUE);

Deno.test("every type of the catalogue has a name that can be published, a description and an example that fits", () => {
  assert.equal(TYPES.length, 16);
  for (const [type, { description, data, example }] of TYPES) {
    assert.ok(eventTypeName.safeParse(type).success && isPublishable(type), type);
    assert.ok(description.length > 10, type);
    assert.deepEqual(data.parse(example), example, type);
  }
});

Deno.test("the data of a known type may say more than its schema, and not less", () => {
  for (const [type, { data, example }] of TYPES) {
    const more = { ...example, added_later: 1 };
    assert.deepEqual(data.parse(more), more, type);
    for (const field of Object.keys(example)) {
      if (field === "outcome" && type !== "ivr.input") continue;
      const less = Object.fromEntries(Object.entries(example).filter(([name]) => name !== field));
      assert.equal(data.safeParse(less).success, false, `${type} without ${field}`);
    }
  }
});

Deno.test("custom types take any object; what is neither known nor custom cannot be published", () => {
  assert.ok(isPublishable("custom.order.paid") && !isKnownEventType("custom.order.paid"));
  assert.ok(dataOf("custom.order.paid").safeParse({ anything: [1] }).success);
  assert.ok(!dataOf("custom.order.paid").safeParse([]).success);
  for (const type of ["call.rang", "custom", "customer.paid", "toString", ""]) {
    assert.ok(!isPublishable(type), type);
  }
});

Deno.test("a type is words with dots between them, of at most 100 characters", () => {
  for (const type of ["custom.a", "custom.A_1.b", `custom.${"x".repeat(93)}`]) {
    assert.ok(eventTypeName.safeParse(type).success, type);
  }
  const wrong = ["custom.", ".a", "a..b", "a b", "a-b", "ä", "a.*", `custom.${"x".repeat(94)}`];
  for (const type of wrong) assert.ok(!eventTypeName.safeParse(type).success, type);
});
