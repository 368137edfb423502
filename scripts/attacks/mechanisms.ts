/** A change to the text of a module; `to` asks `off(NAME)` whether the mechanism is switched off just now. */
export interface Edit {
  file: string;
  from: string;
  to: string;
  /** It stands in the bundle of the workflows, too, which is changed there as well. */
  bundled?: true;
}

const PROOF = 'model/statement/proof.ts';
const TOKEN = 'model/statement/id-token.ts';
const DOOR = 'security/codec/door.ts';
const GATE = 'model/gate.ts';
const VERIFY = 'client/records/verify-evidence.ts';

/** What holds attacks, and how a process is changed, as it loads, so that it can be switched off. */
export const MECHANISMS = {
  /** Anything must be proved at all. */
  proof: [before(PROOF, "if (proving.policy.identity === 'asserted') return { ok: true };", "if (off('proof')) return { ok: true };")],
  /** A signature or an ID token is looked at; without, the statement's own word for who says it is believed. */
  signature: [
    before(PROOF, 'const signed = verifySsh(proof.statement, proof.signature, SIGNED_AS);\n  if (!signed) return', believed('signature')),
    before(PROOF, 'const token = readIdToken(proof.idToken);\n  if (!token || !policy.entra)', believed('signature')),
  ],
  /** The key or the account is of somebody whom the policy knows. */
  person: [
    before(PROOF, 'if (!person || !known) return', `if (!person) ${believed('person')}`),
    before(
      PROOF,
      'if (admittedAs(policy, oid, admission).length === 0)',
      `if (admittedAs(policy, oid, admission).length === 0) ${believed('person')}`,
    ),
  ],
  /** Whoever proved it is who is named. */
  who: [edit(PROOF, 'if (!samePerson(signer.name, by))', "if (!off('who') && !samePerson(signer.name, by))")],
  message: [edit(PROOF, 'return canonical(statement.message) ===', "return off('message') || canonical(statement.message) ===")],
  says: [edit(PROOF, 'if (statement.says !== says)', "if (!off('says') && statement.says !== says)")],
  namespace: [edit(PROOF, 'if (statement.namespace !==', "if (!off('namespace') && statement.namespace !==")],
  workflow: [edit(PROOF, 'if (statement.workflowId !==', "if (!off('workflow') && statement.workflowId !==")],
  run: [edit(PROOF, 'if (canonical(statement.run) !==', "if (!off('run') && canonical(statement.run) !==")],
  /** A statement has one form. */
  form: [before('model/statement/statement.ts', 'const parsed = StatementSchema', "if (off('form')) return value as Statement;")],
  /** What was signed, or signed in for, for another purpose proves nothing here. */
  purpose: [
    edit('model/statement/ssh-signature.ts', '|| named.toString() !== namespace', "|| (!off('purpose') && named.toString() !== namespace)"),
    edit(TOKEN, 'if (normalMicrosoft(claims.aud) !==', "if (!off('purpose') && normalMicrosoft(claims.aud) !=="),
  ],
  arriveBy: [edit(PROOF, 'if (arrivedAt > new Date(arriveBy))', "if (!off('arriveBy') && arrivedAt > new Date(arriveBy))")],
  validUntil: [edit(PROOF, 'if (arrivedAt >= new Date(until))', "if (!off('validUntil') && arrivedAt >= new Date(until))")],
  /** Nothing counts before its time. */
  ahead: [
    edit(PROOF, 'if (new Date(at).getTime() >', "if (!off('ahead') && new Date(at).getTime() >"),
    edit(TOKEN, 'const from = Date.parse(statement.at)', "const from = off('ahead') ? 0 : Date.parse(statement.at)"),
  ],
  /** One of the tenant's keys signed the ID token. */
  tenantKey: [
    edit(
      PROOF,
      'if (!admission || !isSignedBy(token, admission.key))',
      "if (off('tenantKey')) admission ??= { key: {}, groups: [], roles: [] };\n  else if (!admission || !isSignedBy(token, admission.key))",
    ),
  ],
  issuer: [edit(TOKEN, 'if (claims.iss !==', "if (!off('issuer') && claims.iss !==")],
  tenant: [edit(TOKEN, 'if (normalMicrosoft(claims.tid) !==', "if (!off('tenant') && normalMicrosoft(claims.tid) !==")],
  /** An ID token is for one statement. */
  tokenNonce: [edit(TOKEN, 'if (claims.nonce !==', "if (!off('tokenNonce') && claims.nonce !==")],
  expiry: [edit(TOKEN, 'if (exp * 1000 <=', "if (!off('expiry') && exp * 1000 <=")],
  fourEyes: [edit('model/messages/judging.ts', 'if (policy.fourEyes &&', "if (!off('fourEyes') && policy.fourEyes &&")],
  /** The policy is read again when its file changed. */
  policy: [edit('worker/policy.ts', 'if (stamp.text ===', "if (off('policy') || stamp.text ===")],
  /** The random number of a start counts once. */
  once: [edit('activities/start/prove.ts', 'if (other === run ||', "if (off('once') || other === run ||")],
  /** So does every other statement of a run. */
  again: [
    edit(
      'activities/decide/prove.ts',
      "takenBefore(taken, message.proof, arrivedAt) !== 'another'",
      "off('again') || takenBefore(taken, message.proof, arrivedAt) !== 'another'",
    ),
    edit(
      'activities/apply/operations/delete-collector/one-time-password.ts',
      'if (takenBefore(step.work',
      "if (!off('again') && takenBefore(step.work",
    ),
  ],
  /** What is not encrypted for the run is not taken. */
  plain: [
    edit('security/worker-codec.ts', 'taken: this.#taken()', "taken: off('plain') || this.#taken()"),
    before(
      'security/worker-codec.ts',
      'if (!isEncrypted(payload)) return',
      "if (off('plain') && context?.type !== 'workflow') return payload;",
    ),
    edit('activities/index.ts', 'Promise.resolve(takesPlain(deps.policy))', "Promise.resolve(off('plain') || takesPlain(deps.policy))"),
  ],
  /** An activity is for the run that calls it. */
  ownRun: [
    edit(
      'activities/own-run.ts',
      'if (named.workflowId !== workflowId ||',
      "if (off('ownRun')) return named;\n  if (named.workflowId !== workflowId ||",
    ),
  ],
  /** Of a run of that sort, and as far as that has come. */
  allowed: [edit('activities/index.ts', 'if (why !== undefined) throw', "if (why !== undefined && !off('allowed')) throw")],
  /** A gate opens for the plan in force, and closes as it was decided. */
  gates: [
    edit('activities/decide/gates.ts', '  demandOpenable(ledger,', "  if (!off('gates')) demandOpenable(ledger,"),
    edit('activities/decide/gates.ts', "if (gate.outcome !== 'expired' &&", "if (!off('gates') && gate.outcome !== 'expired' &&"),
  ],
  sameManifest: [
    edit(
      'activities/start/offboarding.ts',
      'if (before.startedBy !== undefined && before.manifest',
      "if (!off('sameManifest') && before.startedBy !== undefined && before.manifest",
    ),
  ],
  /** Whoever approved a gate does not approve it twice. */
  onePerson: [edit('model/messages/approve.ts', 'const before =', "const before = !off('onePerson') &&")],
  /** A decision names the gate that waits, its opening, and the plan that it asks about: in the workflow, and where it is recorded. */
  gateNamed: [both(GATE, 'gate.gate !== named.gate', "(!off('gateNamed') && gate.gate !== named.gate)")],
  opening: [both(GATE, 'gate.opening !== named.opening', "(!off('opening') && gate.opening !== named.opening)")],
  planNamed: [both(GATE, 'gate.planHash !== named.planHash', "!off('planNamed') && gate.planHash !== named.planHash")],
  /** What is called otherwise than a run is none. */
  runName: [
    edit(
      'activities/own-run.ts',
      'const named = parseRunName(run);',
      "const named = parseRunName(run) ?? (off('runName') ? { sort: 'offboarding', workflowId, tenantId: '' } : undefined);",
    ),
  ],
  /** A recorded approval covers what is done. */
  approval: [
    edit(
      'activities/apply/work.ts',
      'const refusal = operation.refusal(',
      "const refusal = off('approval') ? undefined : operation.refusal(",
    ),
  ],
  /** Nothing is changed between the records of a pause and of who lets the run go on. */
  pause: [edit('activities/apply/engine.ts', '(work.ledger.stopped ||', "((!off('pause') && work.ledger.stopped) ||")],
  /** What a worker answers is encrypted. */
  sealed: [
    edit(
      'security/worker-codec.ts',
      'payloads.map((payload) => sealPayload(',
      "payloads.map((payload) => off('sealed') ? payload : sealPayload(",
    ),
  ],
  /** A ciphertext is for one workflow. */
  bound: [edit('security/worker-codec.ts', 'if (!isOf(opened.bound, context))', "if (!off('bound') && !isOf(opened.bound, context))")],
  host: [edit(DOOR, 'if (!door.hosts', "if (!off('host') && !door.hosts")],
  origin: [edit(DOOR, 'if (headers.origin !== undefined &&', "if (!off('origin') && headers.origin !== undefined &&")],
  secret: [edit(DOOR, 'if (!(await isAdmitted(', "if (!off('secret') && !(await isAdmitted(")],
  contentType: [edit(DOOR, 'if (!/^application', "if (!off('contentType') && !/^application")],
  /** Also of the ciphertexts that a codec server is to open. */
  codecNamespace: [
    edit(DOOR, 'if (!door.namespaces', "if (!off('codecNamespace') && !door.namespaces"),
    edit('security/codec/answer.ts', 'if (bound && bound.namespace !==', "if (!off('codecNamespace') && bound && bound.namespace !=="),
  ],
  /** The worker's signature over the evidence. */
  signed: [edit(VERIFY, 'const signed = verifySignature(', "const signed = off('signed') ? undefined : verifySignature(")],
  /** Lines follow each other, up to the head that is told. */
  chain: [before(VERIFY, 'let previous = NO_LINE;\n  for (const [i, line] of', "if (off('chain')) return;")],
  /** Every file says what the journal says. */
  retold: [
    edit(VERIFY, 'if (canonical(evidenceOf(', "if (!off('retold') && canonical(evidenceOf("),
    edit(VERIFY, "if (name !== 'journal.jsonl' &&", "if (!off('retold') && name !== 'journal.jsonl' &&"),
  ],
  planHash: [edit(VERIFY, 'if (planHash(found) !== hash)', "if (!off('planHash') && planHash(found) !== hash)")],
  ending: [
    edit(VERIFY, 'if (why !== undefined) broken(`the run is said', "if (!off('ending') && why !== undefined) broken(`the run is said"),
  ],
  /** Each decision in the journal is proved. */
  decisions: [edit(VERIFY, 'if (unproved !== undefined)', "if (!off('decisions') && unproved !== undefined)")],
  /** What follows what in a journal. */
  order: [edit(VERIFY, 'checkOrder(lines, plans);', "if (!off('order')) checkOrder(lines, plans);")],
  /** No file is there that does not belong to evidence. */
  files: [edit(VERIFY, 'if (added !== undefined)', "if (!off('files') && added !== undefined)")],
} satisfies Record<string, Edit[]>;

/** What every worker takes its workflows from: they are given switches there. */
export const BUNDLE: Edit = {
  file: 'worker/bundle/index.ts',
  from: "return { code: await kept(join(userCache(environment), 'workflows'), bundleKey(), build) };",
  to: "return { code: switched(await kept(join(userCache(environment), 'workflows'), bundleKey(), build)) };",
};

export type Mechanism = keyof typeof MECHANISMS;

/** Names the file that holds the names of what is switched off; read at each question. */
export const SWITCHES = 'ATTACKS_SWITCHES';

function edit(file: string, from: string, to: string): Edit {
  return { file, from, to };
}

function both(file: string, from: string, to: string): Edit {
  return { file, from, to, bundled: true };
}

function before(file: string, from: string, line: string): Edit {
  return { file, from, to: `${line}\n  ${from}` };
}

function believed(mechanism: string): string {
  return `if (off('${mechanism}')) return { ok: true, of: 'of a key of', name: String(JSON.parse(proof.statement).message.by) };`;
}
