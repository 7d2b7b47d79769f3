/** How ssh is called for an `ssh://` URL, and what it must never be made to do. @module */
import { assertEquals } from "@std/assert";
import { shownUrl, urlComplaint } from "../../../client/environments/environment_url.ts";
import { parseSshUrl } from "../../../client/environments/ssh_url.ts";

const called: readonly [string, readonly string[]][] = [
  ["ssh://box", ["box", "exec-server"]],
  ["ssh://box/", ["box", "exec-server"]],
  ["ssh://me@box.example", ["me@box.example", "exec-server"]],
  ["ssh://box:2222/opt/exec-server", ["-p", "2222", "box", "/opt/exec-server"]],
  ["ssh://me@[::1]:22", ["-p", "22", "me@::1", "exec-server"]],
  ["ssh://[fe80::1]/x", ["fe80::1", "/x"]],
  ["ssh://box/~/bin/exec-server", ["box", "~/bin/exec-server"]],
  ["ssh://box/a%20b/x", ["box", "'/a b/x'"]],
  ["ssh://box/~/a%20b", ["box", "~/'a b'"]],
  ["ssh://box/$(rm%20-rf)'x'", ["box", `'/$(rm -rf)'\\''x'\\'''`]],
];

Deno.test("The destination and the program stand in the words of ssh", () => {
  for (const [url, words] of called) {
    const args = [...words, "--listen", "stdio"];
    assertEquals(parseSshUrl(url), { program: "ssh", args }, url);
  }
});

const refused: readonly [string, string][] = [
  ["ssh://-oProxyCommand=x", "the host is not one for ssh"],
  ["ssh://-box", "the host is not one for ssh"],
  ["ssh://", "the host is not one for ssh"],
  ["ssh://a b", "the host is not one for ssh"],
  ["ssh://a?b", "the host is not one for ssh"],
  ["ssh://-oProxyCommand=x@box", "the user is not one for ssh"],
  ["ssh://@box", "the user is not one for ssh"],
  ["ssh://me:secret@box", "the user is not one for ssh"],
  ["ssh://box:0", "the port is not from 1 to 65535"],
  ["ssh://box:", "the port is not from 1 to 65535"],
  ["ssh://box:65536", "the port is not from 1 to 65535"],
  ["ssh://box:x", "wanted ssh://[USER@]HOST[:PORT][/PROGRAM]"],
  ["ssh://[-x]", "wanted ssh://[USER@]HOST[:PORT][/PROGRAM]"],
  ["ssh://box/a%0Ab", "the program's path cannot be used"],
  ["ssh://box/a%00", "the program's path cannot be used"],
  ["ssh://box/%", "the program's path cannot be used"],
  ["ssh://box/a?b", "the program's path cannot be used"],
  ["ssh://box/a/", "the program's path cannot be used"],
];

Deno.test("What ssh or a shell could read in another way is refused", () => {
  for (const [url, fault] of refused) {
    assertEquals(parseSshUrl(url), { fault });
    assertEquals(urlComplaint(url), `environment url \`${url}\` is invalid: ${fault}`);
  }
});

Deno.test("A Unix socket has an absolute path", () => {
  assertEquals(urlComplaint("unix:///a%20b"), undefined);
  for (const url of ["unix://", "unix:///", "unix://a/b", "unix:///a?b", "unix:///%"]) {
    const reason = "wanted unix:///PATH with an absolute path";
    assertEquals(urlComplaint(url), `environment url \`${url}\` is invalid: ${reason}`);
  }
});

Deno.test("A URL is shown without what may be secret", () => {
  assertEquals(shownUrl("wss://me:secret@box:1/a?key=secret#x"), "wss://box:1/a");
  assertEquals(shownUrl("ssh://me@box/a"), "ssh://me@box/a");
});
