/** The way of changes to a client that reads, stops reading, or is told of the end. @module */

import { assertEquals } from "@std/assert";
import type { ChangedParams, FileChange } from "../../../../protocol/methods/fs_watch.ts";
import { notifications } from "../../../../protocol/methods/mod.ts";
import { decode } from "../../../../protocol/schema.ts";
import { Budget } from "../../../../server/fs/watching/budget.ts";
import { ChangeFeed } from "../../../../server/fs/watching/change_feed.ts";
import { settle } from "../../../support/fake_server.ts";

const ROOT = "file:///";

/** A feed, what it sent, and a client that can stop reading. */
class FeedDesk {
  readonly messages: ChangedParams[] = [];
  readonly budget: Budget;
  ends = 0;
  /** Called after each message. */
  whenTold: () => void = () => {};
  stalled: PromiseWithResolvers<void> | undefined;
  readonly feed: ChangeFeed;

  constructor(characters = 1e6) {
    this.budget = new Budget(characters);
    this.feed = new ChangeFeed({
      watchId: "w",
      room: this.budget,
      notifier: {
        notify: (_name, params) => {
          this.messages.push(decode(notifications["fs/changed"].params, params));
          this.whenTold();
        },
        room: () => this.stalled?.promise,
      },
      onEnd: () => void this.ends++,
    });
    this.feed.open();
  }

  push(name: string, kind: FileChange["kind"]): void {
    this.feed.push(ROOT + name, kind);
  }

  stall(): void {
    this.stalled = Promise.withResolvers();
  }

  resume(): void {
    this.stalled?.resolve();
    this.stalled = undefined;
  }
}

function change(path: string, kind: FileChange["kind"] = "changed"): FileChange {
  return { path: ROOT + path, kind };
}

function message(changes: FileChange[], more: Partial<ChangedParams> = {}): ChangedParams {
  return { watchId: "w", changes, ...more };
}

Deno.test("ChangeFeed tells at once what comes at once, and nothing twice", async () => {
  const desk = new FeedDesk();
  const { messages } = desk;
  desk.push("a", "created");
  desk.push("a", "changed");
  desk.push("b", "changed");
  desk.push("b", "changed");
  desk.push("a", "removed");
  desk.push("a", "created");
  await settle();
  const all = [
    change("a", "created"),
    change("b"),
    change("a", "removed"),
    change("a", "created"),
  ];
  assertEquals(messages, [message(all)]);
  desk.push("a", "changed");
  await settle();
  assertEquals(messages.slice(1), [message([change("a")])]);
});

Deno.test("ChangeFeed tells again of what changes after it was told, also while more waits", async () => {
  const desk = new FeedDesk();
  // The client has room for one message; then it stops to read.
  desk.whenTold = () => desk.stall();
  for (let i = 0; i < 600; i++) desk.push(`${i}`, "created");
  await settle();
  assertEquals(desk.messages.map(({ changes }) => changes.length), [512]);
  desk.push("0", "changed");
  desk.push("599", "changed");
  desk.resume();
  await settle();
  assertEquals(desk.messages[1]?.changes.slice(-2), [change("599", "created"), change("0")]);
});

Deno.test("ChangeFeed holds changes up to a number, then drops them all and says so", async () => {
  const desk = new FeedDesk();
  desk.stall();
  for (let i = 0; i < 10_000; i++) desk.push(`${i}`, "created");
  desk.push("one too many", "created");
  desk.push("after", "created");
  await settle();
  assertEquals(desk.messages, []);
  desk.resume();
  await settle();
  assertEquals(desk.messages, [message([change("after", "created")], { overflow: true })]);
});

Deno.test("ChangeFeed holds no more characters than there are, and gives them back", async () => {
  const room = 2 * (ROOT.length + 5);
  const desk = new FeedDesk(room);
  desk.stall();
  desk.push("12345", "created");
  desk.push("67890", "created");
  assertEquals(desk.budget.take(1), false);
  desk.push("x", "created");
  assertEquals(desk.budget.take(room), true);
  desk.budget.give(room);
  desk.push("y", "created");
  desk.feed.close();
  assertEquals(desk.budget.take(room), true);
  desk.resume();
  await settle();
  assertEquals(desk.messages, []);
});

Deno.test("ChangeFeed tells the end last, once, after all that is held", async () => {
  const desk = new FeedDesk();
  for (let i = 0; i < 1000; i++) desk.push(`${i}`, "created");
  desk.feed.incomplete("one");
  desk.feed.incomplete("two");
  desk.feed.end("over");
  desk.feed.end("again");
  desk.push("late", "created");
  desk.feed.overflow();
  await settle();
  assertEquals(desk.messages.map(({ changes, ...rest }) => [changes.length, rest]), [
    [512, { watchId: "w", incomplete: "one (and 1 more)" }],
    [488, { watchId: "w", ended: "over" }],
  ]);
  assertEquals(desk.ends, 1);
});

Deno.test("ChangeFeed sends messages of long paths one by one", async () => {
  const desk = new FeedDesk();
  for (let i = 0; i < 4; i++) desk.push(`${i}${"x".repeat(40_000)}`, "created");
  await settle();
  assertEquals(desk.messages.map(({ changes }) => changes.length), [2, 2]);
});
