// What a client of another make has to get right with this engine, step by step.
import { Member } from "./client.mjs";
import { Room, equal, member, refusal, texts } from "./room.mjs";
import * as attachment from "./attachment.mjs";
import * as wire from "./wire.mjs";

// A seeker in a browser, who is added by a counsellor, handed over to another, and leaves.
async function seeker({ ask, restart }) {
  const [counsellor, relief] = [member("staff"), member("staff")];
  const room = await Room.opened(ask, counsellor);
  let person = await room.invites(counsellor, "seeker");
  await room.agree(counsellor, person);
  await person.send("is anyone there?");
  await room.say(counsellor, "I am here.");
  const heard = await room.hears(counsellor);
  equal(heard.map(({ from, kind, text }) => [from, kind, text]), [[person.me, "text", "is anyone there?"]], "heard");
  equal(texts(await person.receive()), ["I am here."], "answered");

  // A third member, who reads nothing that was said before, and the first one leaves.
  await room.brings(counsellor, relief);
  await person.receive();
  equal(await room.agree(relief, person), ["staff 1", "seeker 2", "staff 3"], "aliases");
  await room.do("remove", { by: relief, member: counsellor });
  await person.send("are you the new one?");
  equal(texts(await room.hears(relief)), ["are you the new one?"], "handed over");
  equal(await refusal(room.say(counsellor, "and I?")), "not_a_member", "who handed over");
  equal(await room.agree(relief, person), ["seeker 2", "staff 3"], "aliases after");

  // Reloaded from what was kept, on both sides.
  const saved = person.save();
  await restart();
  person = await Member.restore(ask, saved);
  await room.say(relief, "still here");
  equal(texts(await person.receive()), ["still here"], "after a reload");
  await person.send("me too");
  equal(texts(await room.hears(relief)), ["me too"], "from a reloaded state");
  await room.agree(relief, person);

  // Who lost everything with its page is readmitted: removed and added in one commit, by a new key package.
  const lost = person;
  person = Object.assign(await Member.of(ask, "seeker"), { me: lost.me });
  await person.publish();
  await room.do("readmit", { by: relief, member: person.me });
  await person.join(room.id);
  await person.send("it is me again");
  equal(texts(await room.hears(relief)), ["it is me again"], "readmitted");
  await room.agree(relief, person);

  // Whoever is removed reads nothing later: not by the service, nor with what it kept.
  await room.brings(relief, counsellor);
  await room.do("remove", { by: relief, member: person.me });
  await person.receive();
  equal(person.removed, true, "removed");
  const { place } = await room.say(relief, "between us");
  equal((await room.do("fetch", { member: person.me, from: person.next })).entries, [], "fetched after");
  const [entry] = (await room.do("fetch", { member: counsellor, from: place })).entries;
  person.removed = false;
  equal(await refusal(person.take(entry)), "refused: it belongs elsewhere", "read later");
  const { groupContext } = person.state;
  const forced = { ...groupContext, epoch: groupContext.epoch + 1n };
  person.state = { ...person.state, groupContext: forced, groupActiveState: { kind: "active" } };
  if ((await refusal(person.take(entry))) === "accepted") throw new Error("read later, by force");
  const late = await person.encrypt(wire.random(9), new Uint8Array(36));
  equal(await refusal(person.submit(late)), "not_a_member", "sent later");
  equal(texts(await room.hears(counsellor)), ["between us"], "the others");
}

// A supervisor who joins visibly, keeps the roster by commits of its own, and removes.
async function supervisor({ ask }) {
  const [counsellor, person, relief] = [member("staff"), member("seeker"), member("staff")];
  const room = await Room.opened(ask, counsellor);
  await room.brings(counsellor, person);
  const listener = await room.invites(counsellor, "staff");
  await room.hears(person);
  equal(await room.agree(person, listener), ["staff 1", "seeker 2", "staff 3"], "visible");
  await room.say(person, "who is that?");
  equal(texts(await listener.receive()), ["who is that?"], "listens");

  await ask("key_package", { member: relief });
  await listener.add(relief);
  await room.do("join", { member: relief });
  await listener.remove(counsellor);
  await listener.refresh();
  await listener.send("I have changed the shift");
  for (const other of [person, relief]) {
    equal(texts(await room.hears(other)), ["I have changed the shift"], "heard by those who are left");
    await room.agree(other, listener);
  }
  await room.hears(counsellor);
  equal(await refusal(room.hears(counsellor)), "not_a_member", "who was removed");
  const itself = await refusal(listener.remove(listener.me));
  equal(itself, "Commit cannot contain a remove proposal removing committer", "removes itself");
}

// A seeker who opens the conversation, and adds a counsellor of the engine.
async function founder({ ask }) {
  const [counsellor, listener] = [member("staff"), await Member.of(ask, "staff")];
  const person = await Member.of(ask, "seeker");
  const room = new Room(ask, await person.open());
  await ask("key_package", { member: counsellor });
  await listener.publish();
  await person.add(counsellor);
  await room.do("join", { member: counsellor });
  await room.agree(counsellor, person);
  await person.send("x".repeat(65_536));
  equal((await room.hears(counsellor))[0].body.length, 87_384, "the longest message");
  await person.add(listener.me);
  await listener.join(room.id);
  await room.say(counsellor, "good evening");
  equal(texts(await person.receive()), ["good evening"], "to the founder");
  equal(texts(await listener.receive()), ["good evening"], "to the third");
  await room.agree(counsellor, listener);

  // Two commits of one epoch: the first is taken, and the other is made anew.
  const { epoch, submit } = person;
  person.submit = async (...all) => {
    person.submit = submit;
    await room.do("refresh", { member: counsellor });
    return submit.apply(person, all);
  };
  await person.refresh();
  equal(person.epoch, epoch + 2, "both commits");
  await listener.receive();
  await room.hears(counsellor);
  await room.agree(counsellor, listener);
  await room.agree(counsellor, person);
}

// What is said can be reported, by whoever received it, and nothing else can be.
async function reports({ ask }) {
  const counsellor = member("staff");
  const room = await Room.opened(ask, counsellor);
  const person = await room.invites(counsellor, "seeker");
  await person.send("I know where you live");
  await room.say(counsellor, "please stop");
  const [ours] = await room.hears(counsellor);
  const [theirs] = await person.receive();
  const verified = await ask("report", { reporter: person.me, report: wire.base64(theirs.report) });
  equal([verified.sender, verified.conversation, verified.text], [counsellor, room.id, "please stop"], "made there");
  equal(verified.accepted_at, theirs.acceptedAt, "time of acceptance");
  const made = await ask("report", { reporter: counsellor, report: ours.report });
  equal([made.sender, made.text], [person.me, "I know where you live"], "made here");
  const said = wire.read(wire.unbase64(ours.report).subarray(45));
  equal([said.sender, new TextDecoder().decode(said.body)], [person.me, "I know where you live"], "read there");
  for (const at of [4, 12, 20, 50, 70, 90, 110, theirs.report.length - 1]) {
    const forged = theirs.report.slice();
    forged[at] ^= 1;
    const refused = await refusal(ask("report", { reporter: person.me, report: wire.base64(forged) }));
    if (!refused.startsWith("report ")) throw new Error(`a report changed at ${at}: ${refused}`);
  }

  // The hub changes its key; who has not heard of the new one asks.
  await ask("rotate");
  await room.say(counsellor, "under a new key");
  const [later] = await person.receive();
  equal(later.text, "under a new key", "a new key");
  await ask("report", { reporter: person.me, report: wire.base64(later.report) });
  await ask("report", { reporter: person.me, report: wire.base64(theirs.report) });

  // What ends is gone from the log in time.
  const { place } = await room.say(counsellor, "for a minute", { time_to_live: 60 });
  await person.send("for an hour", { timeToLive: 3_600 });
  equal((await room.hears(counsellor))[0].expires_at > Date.now() / 1000 + 3_500, true, "an hour");
  const soon = Math.floor(Date.now() / 1000) + 61;
  const [over] = (await room.do("fetch", { member: person.me, from: place, now: soon })).entries;
  equal([over.kind, over.message], ["tombstone", ""], "after a minute");

  // What is held does not end, and everybody is told.
  const hold = { hold: wire.hex(wire.random(16)), by: counsellor };
  await room.do("place_hold", { ...hold, why: "legal" });
  const [kept] = (await room.do("fetch", { member: person.me, from: place, now: soon })).entries;
  equal(kept.kind, "mls", "held after a minute");
  const late = await room.invites(counsellor, "staff");
  await room.hears(counsellor);
  const { held } = await room.do("held", { member: counsellor });
  await person.receive();
  await late.receive();
  for (const { legal, abuseReport, since } of [person.held, late.held]) {
    equal([legal, abuseReport, since], [held.legal, held.abuse_report, held.since], "told");
  }
  const { entry } = await room.do("hold_notice", { member: person.me });
  const lifted = wire.unbase64(entry.message);
  lifted[5] = 0;
  const told = (bytes, place) => refusal(wire.notice(bytes, person.keys, room.id, place));
  equal(await told(lifted, entry.place), "refused: notice", "a hold lifted by somebody else");
  equal(await told(wire.unbase64(entry.message), entry.place + 1), "refused: notice", "told elsewhere");
  await room.do("lift_hold", hold);
  await person.receive();
  equal(person.held, null, "lifted");
}

// What the engine or its delivery service refuses of a client.
async function refusals({ ask }) {
  const counsellor = member("staff");
  const room = await Room.opened(ask, counsellor);
  const person = await room.invites(counsellor, "seeker");
  const given = { sender: person.me, conversation: room.id, body: wire.utf8("well") };
  const { data, aad } = await wire.seal(given);
  const submitted = async (bytes, more) => refusal(person.submit(bytes, more));
  const untagged = await person.encrypt(data, new Uint8Array());
  equal(await submitted(untagged), "submission_refused malformed", "no tag");
  equal(await submitted(new Uint8Array(4)), "submission_refused malformed", "no message");
  equal(await submitted(Uint8Array.of(0, 1, 0, 1)), "submission_refused not_encrypted", "in clear");
  const copied = await person.encrypt(data, aad);
  equal(await submitted(copied, { previous: 1_000 }), "rolled_back", "an older copy");
  person.own.set(await person.submit(copied), null);
  equal(await person.submit(copied), person.previous, "submitted twice");
  equal(texts(await room.hears(counsellor)), ["well"], "said once");

  // What is accepted, since only members can tell, and refused by them.
  const flipped = aad.slice();
  flipped[0] ^= 1;
  const other = await wire.seal({ ...given, sender: counsellor });
  const elsewhere = await wire.seal({ ...given, conversation: wire.hex(wire.random(16)) });
  const ending = wire.concat(aad.subarray(0, 32), [0, 0, 0, 60]);
  const cases = [
    [data, flipped, "franking"], [data, ending, "franking"], [other.data, other.aad, "identity"],
    [elsewhere.data, elsewhere.aad, "identity"], [data.subarray(1), aad, "malformed"],
    [new Uint8Array(), aad, "malformed"],
  ];
  for (const [data, aad, why] of cases) {
    const place = await person.submit(await person.encrypt(data, aad));
    person.own.set(place, null);
    equal(await refusal(room.hears(counsellor)), `refused ${why}`, why);
    await room.do("skip", { member: counsellor, place });
  }
  const [late, early] = [await person.encrypt(data, aad), await person.encrypt(data, aad)];
  for (const bytes of [early, late]) person.own.set(await person.submit(bytes), null);
  equal(texts(await room.hears(counsellor)), ["well"], "the key before was passed over");
  equal(await refusal(room.hears(counsellor)), "refused not_authentic", "out of its order");
  await room.do("skip", { member: counsellor, place: person.previous });
  await person.send("and well");
  equal(texts(await room.hears(counsellor)), ["and well"], "afterwards");

  // Key packages that nobody may use are no key packages.
  const guest = await Member.of(ask, "staff");
  const refused = async (change, what) => {
    await guest.publish(change);
    equal(await refusal(room.do("add", { by: counsellor, member: guest.me })), "no_key_package", what);
  };
  await refused(({ lifetime }) => { lifetime.notAfter = 2n ** 63n - 1n; }, "an endless lifetime");
  await refused(({ lifetime }) => { lifetime.notBefore -= 90n * 86_400n; }, "a longer lifetime");
  await refused(({ credential }) => { credential.identity = credential.identity.subarray(0, 17); }, "no credential");
  await refused(({ credential }) => { credential.identity = wire.identity(counsellor); }, "another's name");
  await room.do("add", { by: counsellor, member: (await guest.publish(), guest.me) });
  await guest.join(room.id);
  await person.receive();
  await room.agree(counsellor, guest);

  // And what a client has to refuse of whoever keeps the log.
  const { place } = await room.say(counsellor, "true");
  const { place: next } = await room.say(counsellor, "also true");
  const entries = (await room.do("fetch", { member: person.me, from: place })).entries;
  const tampered = wire.unbase64(entries[0].message);
  tampered[2 + 2 + 17 + 8 + 1 + 1] ^= 1;
  const lies = [
    { ...entries[0], message: wire.base64(tampered) }, { ...entries[0], stamp: entries[1].stamp.slice(0, -4) + "AAAA" },
    { ...entries[0], message: entries[0].message.slice(4) },
  ];
  for (const lie of lies) {
    const copy = await Member.restore(ask, person.save());
    if ((await refusal(copy.take(lie))) === "accepted") throw new Error("a lie was believed");
  }
  equal(texts(await person.receive()), ["true", "also true"], "what was true");
  equal(next, place + 1, "the next place");

  // Nobody comes to stand under another name by a commit. The service cannot see it; whoever receives it can.
  const renamed = await Member.restore(ask, guest.save());
  const { place: leaf } = renamed.roster().find((one) => one.member === guest.me);
  renamed.state.ratchetTree[2 * leaf].leaf.credential.identity = wire.identity(member("seeker"));
  await renamed.refresh();
  equal(await refusal(room.hears(counsellor)), "refused identity", "another name");
  equal(await refusal(person.receive()), "refused: a leaf changed its owner or key", "another name, there");
}

// A file of the engine, opened with nothing but what a message said; and every way in which a keeper could lie.
async function attachments({ ask }) {
  const counsellor = member("staff");
  const room = await Room.opened(ask, counsellor);
  const person = await room.invites(counsellor, "seeker");
  const sent = async (file, name) => {
    const fields = { member: counsellor, file: wire.base64(file), media_type: "image/png", name };
    const stored = wire.unbase64((await room.do("send_attachment", fields)).stored);
    const [{ kind, body }] = await person.receive();
    equal(kind, "attachment", "the kind");
    return { stored, descriptor: attachment.descriptor(body), body };
  };
  for (const length of [0, 1, 5, 16_383, 16_384, 50_000]) {
    const file = Uint8Array.from({ length }, (_, at) => at * 7);
    const { stored, descriptor } = await sent(file, "plan.png");
    const { media_type, name } = descriptor;
    equal([media_type, name, descriptor.length], ["image/png", "plan.png", length], "the descriptor");
    equal(wire.same(await attachment.open(descriptor, stored, room.id), file), true, `a file of ${length}`);
  }

  const [first, other] = [await sent(new Uint8Array(50_000).fill(1), "a"), await sent(new Uint8Array(50_000), "b")];
  const { stored, descriptor, body } = first;
  const at = (start, end) => stored.subarray(start, end);
  const [one, two] = [56 + 16_400, 56 + 2 * 16_400];
  const altered = [0, 24, 56, one, stored.length - 1].map((place) => {
    const bad = stored.slice();
    bad[place] ^= 1;
    return bad;
  });
  const moved = [
    wire.concat(at(0, 56), at(one, two), at(56, one), at(two)), wire.concat(at(0, one), at(56, one), at(two)),
    wire.concat(at(0, two), at(two + 16_400)), wire.concat(at(0, 56), other.stored.subarray(56)),
  ];
  const lies = [...altered, ...moved, other.stored, at(0, one), at(0, -1), at(0, 55), wire.concat(stored, [0])];
  for (const lie of lies) {
    const hashed = { ...descriptor, digest: await attachment.sha256(lie) };
    equal(await refusal(attachment.open(descriptor, lie, room.id)), "refused: not what was sent", "by its hash");
    // Were the hash the lie's own, the chunks would still tell.
    if ((await refusal(attachment.open(hashed, lie, room.id))) === "accepted") throw new Error("a lie was opened");
  }
  equal(await refusal(attachment.open(descriptor, stored, "00".repeat(16))), "refused: key or place", "another place");
  const swapped = { ...descriptor, key: other.descriptor.key };
  equal(await refusal(attachment.open(swapped, stored, room.id)), "refused: key or place", "another key");
  for (let end = 0; end < body.length; end++) {
    const cut = Promise.resolve(body.subarray(0, end)).then(attachment.descriptor);
    if ((await refusal(cut)) === "accepted") throw new Error("a descriptor cut short was read");
  }
}

// Ten at a time, the last one first: as far back as `ts-mls` keeps keys. A commit, which has no stamp, stays in place.
function backwards(entries) {
  const blocks = [[]];
  for (const entry of entries) {
    const block = blocks.at(-1);
    if (block.length === 10 || entry.stamp === "" || block[0]?.stamp === "") blocks.push([entry]);
    else block.push(entry);
  }
  return blocks.flatMap((block) => block.reverse());
}

// A thousand messages of both sides, out of their order as far as it may be.
async function thousand({ ask }) {
  const counsellor = member("staff");
  const room = await Room.opened(ask, counsellor);
  const person = await room.invites(counsellor, "seeker");
  person.reorder = backwards;
  const [sent, heard] = [{ ours: [], theirs: [] }, { ours: [], theirs: [] }];
  const collect = async () => {
    heard.theirs.push(...texts((await person.receive()).sort((one, other) => one.place - other.place)));
    for (let page = await room.hears(counsellor); page.length > 0; page = await room.hears(counsellor)) {
      heard.ours.push(...texts(page));
    }
  };
  for (let at = 0; at < 1_000; at++) {
    const text = `${at}: ${"word ".repeat((at * 7) % 100)}`;
    if ((at * 31) % 7 < 3) {
      // Now and then one is encrypted that never leaves.
      if (at % 50 === 0) await person.encrypt(wire.random(256), new Uint8Array(36));
      sent.theirs.push((await person.send(text), text));
    } else {
      sent.ours.push((await room.say(counsellor, text), text));
    }
    if (at % 97 === 0) await collect();
    if (at % 250 === 249) {
      await collect();
      await (at % 500 === 499 ? person.refresh() : room.do("refresh", { member: counsellor }));
    }
  }
  await collect();
  equal([heard.ours, heard.theirs], [sent.theirs, sent.ours], "what was heard");
  await room.agree(counsellor, person);
}

// The published vectors, by another implementation.
async function vectors({ published }) {
  const { hub, true: valid, refused } = published;
  const keys = wire.agents(wire.unhex(hub.agents));
  for (const vector of valid) {
    const [data, stamp, report] = [vector.application_data, vector.stamp, vector.report].map(wire.unhex);
    const { sender, conversation, ...rest } = wire.read(data);
    const made = await wire.seal({ sender, conversation, ...rest });
    equal([wire.hex(made.data), wire.hex(made.aad)], [vector.application_data, vector.aad], "content");
    await wire.open(data, wire.unhex(vector.aad), sender, conversation);
    await wire.checkStamp(stamp, keys, sender, conversation);
    equal(wire.hex(wire.report(stamp, data)), vector.report, "report");
    await wire.judge(report, wire.unhex(hub.hub_key), hub.number);
  }
  for (const { why, report } of refused) {
    const judged = await refusal(wire.judge(wire.unhex(report), wire.unhex(hub.hub_key), hub.number));
    if (judged === "accepted") throw new Error(`a report was believed although ${why}`);
  }
}

export const scenarios = { vectors, seeker, supervisor, founder, reports, refusals, attachments, thousand };

// Runs them all, telling of each.
export async function run(world, tell) {
  for (const [name, scenario] of Object.entries(scenarios)) {
    const began = performance.now();
    await scenario(world).catch((error) => {
      throw new Error(`${name}: ${error.code ?? ""} ${error.message}`, { cause: error });
    });
    await tell(`${name} (${Math.round(performance.now() - began)} ms)`);
  }
}
