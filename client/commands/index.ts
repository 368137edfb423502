import { GATES } from '../../model/names.ts';
import type { Command } from '../terminal/command.ts';
import { BY, TICKET } from '../terminal/values.ts';
import { PEOPLE_OPTIONS, SCOPE_OPTIONS } from './shared/discovery-words.ts';

const REASON = { reason: { type: 'string', needed: true, value: 'TEXT', help: 'why' } } as const;

const GATE: Command['options'] = {
  gate: { type: 'string', needed: true, value: GATES.join('|'), help: 'the gate that is open' },
  'plan-hash': { type: 'string', needed: true, value: 'HASH', help: 'the hash of the plan you read, as the command plan shows it' },
  opening: { type: 'string', value: 'N', help: "the gate's opening; the one that is open now by default" },
  ...REASON,
  ...TICKET,
  ...BY,
};

const ITEMS = {
  items: {
    type: 'string',
    value: 'ID,ID',
    help: 'the items; by default all that are held themselves (what waits for them goes on by itself)',
  },
} as const;

const MEANINGS = {
  keep: { type: 'boolean', help: 'they go on working: what they need stays, too; by default what the guard of each says' },
  leave: { type: 'boolean', help: 'they stay as they are and may stop working: what they need goes on' },
} as const;

/**
 * Every command, in the order a run needs them: all that help and the reading of arguments need. What a command does lies in a file of its own, which
 * is loaded when it runs: Temporal's client and the clouds' SDKs take a second to load, and most commands need only some of them.
 */
export const COMMANDS: Command[] = [
  {
    name: 'discover',
    summary:
      'Find what onboarding left in a whole estate, and write a manifest and an inventory. Changes nothing. Exit 3 when a part could not be read.',
    positionals: [],
    options: {
      ...SCOPE_OPTIONS,
      ...BY,
      ...PEOPLE_OPTIONS,
      out: { type: 'string', needed: true, value: 'FOLDER', help: 'where manifest.yaml, inventory.json and inventory.csv go' },
    },
    load: async () => (await import('./discover.ts')).discover,
  },
  {
    name: 'inventory',
    summary:
      'Print what a discovery found, from its folder or its workflow id; with --for successor what the next product needs to be onboarded.',
    positionals: ['FOLDER|RUN'],
    options: {
      for: { type: 'string', value: 'successor', help: 'accounts, subscriptions, projects, their structure, roles and administrators' },
      format: { type: 'string', value: 'json|csv', help: 'json (default) or csv' },
    },
    load: async () => (await import('./inventory.ts')).inventory,
  },
  {
    name: 'doctor',
    summary:
      'Before a run: whom each cloud takes the worker for, what it may do there and what is missing, with the grant to paste; Temporal, records, policy, keys, clock. Changes nothing. Exit 52 when something is to be mended.',
    positionals: [],
    optional: 'MANIFEST',
    options: {
      for: {
        type: 'string',
        value: 'USE,USE',
        help: 'discover, remove, restore, quarantine; by default what a run of the manifest does',
      },
    },
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'start',
    summary: 'Start the offboarding a manifest describes, or attach to the one that is going on for its tenant.',
    positionals: ['MANIFEST'],
    options: {
      ...BY,
      'dry-run': { type: 'boolean', help: 'discover and plan only; change nothing' },
      adopt: {
        type: 'string',
        value: 'RUN',
        help: 'take over from a run of this tenant that lost its Temporal: what it did becomes part of this one',
      },
      'old-temporal-gone': {
        type: 'string',
        value: 'REASON',
        help: 'with --adopt: why the Temporal that it ran in cannot be asked any more',
      },
    },
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'list',
    summary:
      'List the offboardings, restores and discoveries Temporal knows, newest first; with --awaiting who must do what, until when, and the command.',
    positionals: [],
    options: { awaiting: { type: 'boolean', help: 'only those that go on and wait for a person' } },
    load: async () => (await import('./list.ts')).list,
  },
  {
    name: 'status',
    summary: 'Where a run is, what it did, whom it waits for and what to type. A run Temporal has forgotten is told from its records.',
    positionals: ['RUN'],
    options: {},
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'watch',
    summary: 'Show a run again whenever it changes, until it ends. Exit 0 only when it completed.',
    positionals: ['RUN'],
    options: {},
    load: async () => (await import('./watch.ts')).watch,
  },
  {
    name: 'plan',
    summary: 'Show the plan in force: what goes and why it is ours, what is held, what stays and why.',
    positionals: ['RUN'],
    options: {
      format: { type: 'string', value: 'table|json|sh', help: 'table (default), json, or sh: the script a person would run' },
      html: { type: 'string', value: 'FILE', help: 'write it as one page to read before you approve: for a browser, a phone, paper' },
    },
    load: async () => (await import('./plan.ts')).plan,
  },
  {
    name: 'approve',
    summary: 'Approve the plan that waits at a gate.',
    positionals: ['RUN'],
    options: GATE,
    load: async () => (await import('./approve.ts')).approve,
  },
  {
    name: 'reject',
    summary: 'Reject the plan that waits at a gate; the run then stops safely.',
    positionals: ['RUN'],
    options: GATE,
    load: async () => (await import('./reject.ts')).reject,
  },
  {
    name: 'sign',
    summary:
      'Print a signed approve, reject, lift or resume as JSON, to be sent as a signal from the Temporal UI or by its own CLI. Sends nothing.',
    positionals: ['approve|reject|lift|resume'],
    more: 'RUN',
    options: {
      gate: { type: 'string', value: GATES.join('|'), help: 'approve, reject: the gate that is open' },
      'plan-hash': { type: 'string', value: 'HASH', help: 'approve, reject: the hash of the plan you read' },
      opening: { type: 'string', value: 'N', help: "approve, reject: the gate's opening; the one that is open now by default" },
      items: { type: 'string', value: 'ID,ID', help: 'lift: the items; by default all' },
      reason: { type: 'string', value: 'TEXT', help: 'why; resume needs none' },
      ...TICKET,
      ...BY,
    },
    load: async () => (await import('./sign.ts')).sign,
  },
  {
    name: 'ready',
    summary: 'Say that you are there for the one-time password of a collector: only now its deletion is requested.',
    positionals: ['RUN', 'COLLECTOR'],
    options: BY,
    load: async () => (await import('./ready.ts')).ready,
  },
  {
    name: 'otp',
    summary: 'Enter the one-time password from the mail. It is asked for, or read from standard input: never an argument.',
    positionals: ['RUN', 'COLLECTOR'],
    surplus:
      'the one-time password is asked for or read from standard input, never an argument, which other programs and the shell’s history see',
    options: BY,
    load: async () => (await import('./otp.ts')).otp,
  },
  {
    name: 'resend-otp',
    summary: 'Have a fresh one-time password sent.',
    positionals: ['RUN', 'COLLECTOR'],
    options: BY,
    load: async () => (await import('./resend-otp.ts')).resendOtp,
  },
  {
    name: 'confirm',
    summary: 'Confirm what the portal said about a collector you deleted by hand, or attest that one is gone with the retired portal.',
    positionals: ['RUN', 'COLLECTOR'],
    options: {
      statement: { type: 'string', needed: true, value: 'TEXT', help: "the portal's words, or what the attestation rests on" },
      ...TICKET,
      ...BY,
    },
    load: async () => (await import('./confirm.ts')).confirm,
  },
  {
    name: 'waive',
    summary: 'Leave unresolved items in place, with a reason, and go on; what waited for them goes on, too.',
    positionals: ['RUN'],
    more: 'ITEM',
    options: { ...ITEMS, ...MEANINGS, ...REASON, ...TICKET, ...BY },
    load: async () => (await import('./waive.ts')).waive,
  },
  {
    name: 'retry',
    summary: 'Have unresolved items tried again.',
    positionals: ['RUN'],
    more: 'ITEM',
    options: { ...ITEMS, ...REASON, ...TICKET, ...BY },
    load: async () => (await import('./retry.ts')).retry,
  },
  {
    name: 'amend',
    summary: 'Discover again and ask for approval of an amended plan of what is left.',
    positionals: ['RUN'],
    options: {
      ...REASON,
      override: {
        type: 'string',
        multiple: true,
        value: 'ITEM=REASON',
        help: 'lift the guard of one item in the amended plan; may be said again',
      },
      ...TICKET,
      ...BY,
    },
    load: async () => (await import('./amend.ts')).amend,
  },
  {
    name: 'lift',
    summary:
      'Give back what is in quarantine. Without --items all of it, and the run ends; else the items and what they need, and the run goes on. Of a run that has ended: all that it left there.',
    positionals: ['RUN'],
    options: {
      items: { type: 'string', value: 'ID,ID', help: 'the items; what they need is lifted, and left in place, with them' },
      ...REASON,
      ...BY,
    },
    load: async () => (await import('./lift.ts')).lift,
  },
  {
    name: 'pause',
    summary: 'Stop a run between items until it is resumed.',
    positionals: ['RUN'],
    options: BY,
    load: async () => (await import('./pause.ts')).pause,
  },
  {
    name: 'resume',
    summary: 'Let a paused run go on.',
    positionals: ['RUN'],
    options: BY,
    load: async () => (await import('./resume.ts')).resume,
  },
  {
    name: 'cancel',
    summary: 'Stop a run for good, between items. What is removed stays removed; evidence is written.',
    positionals: ['RUN'],
    options: BY,
    load: async () => (await import('./cancel.ts')).cancel,
  },
  {
    name: 'report',
    summary: 'Tell a run from its journal, whether Temporal still knows it or not.',
    positionals: ['RUN'],
    options: {},
    load: async () => (await import('./report.ts')).report,
  },
  {
    name: 'own-access',
    summary: 'What the worker itself may do in the clouds, as the end of a run read it, and the script that takes it away.',
    positionals: ['RUN'],
    options: { format: { type: 'string', value: 'table|json|sh', help: 'table (default), json, or sh: the script another person runs' } },
    load: async () => (await import('./own-access.ts')).ownAccess,
  },
  {
    name: 'records',
    summary:
      'accept RUN: go on though records of the run are lost; where the records lie, without server and worker: report RUN, plan RUN, check (all are whole), backup FILE, restore FILE, remove RUN.',
    positionals: ['accept|report|plan|check|backup|restore|remove'],
    more: 'RUN|FILE',
    options: {
      reason: { type: 'string', value: 'TEXT', help: 'accept: why' },
      confirm: { type: 'string', value: 'RUN', help: 'remove: the whole name of the run, instead of typing it' },
      format: { type: 'string', value: 'table|json|sh', help: 'plan: table (default), json, or sh: the script a person would run' },
      ...TICKET,
      ...BY,
    },
    load: async () => (await import('./records.ts')).records,
  },
  {
    name: 'restore',
    summary:
      'Give back what a run removed, after a plan and an approval of its own; with --dry-run tell what can be given back and what is lost.',
    positionals: ['RUN'],
    options: {
      item: { type: 'string', multiple: true, value: 'ID', help: 'one item, as the report names it; may be said again (default: all)' },
      ...BY,
      'dry-run': { type: 'boolean', help: 'make and show the plan only; change nothing' },
      format: { type: 'string', value: 'sh', help: 'print the script a person would run instead; starts nothing' },
    },
    load: async () => (await import('./restore.ts')).restore,
  },
  {
    name: 'evidence',
    summary:
      'verify FOLDER|RUN: verify evidence from its files alone (no server, no keys), or of a run from its records; fetch RUN FOLDER: write a run’s evidence here; key: the public key that this worker signs evidence with.',
    positionals: ['verify|fetch|key'],
    more: 'FOLDER|RUN',
    options: { trust: { type: 'string', value: 'FILE', help: 'verify: public keys, one a line; one of them must have signed it' } },
    load: async () => (await import('./evidence.ts')).evidence,
  },
  {
    name: 'keys',
    summary:
      'The payload keys of this home, without their secrets: list them; new adds one that only decrypts yet; rotate has the newest encrypt. All of them decrypt.',
    positionals: ['list|new|rotate'],
    options: {},
    load: async () => (await import('./keys.ts')).keys,
  },
  {
    name: 'codec-server',
    summary:
      'Decode payloads for the Temporal UI and CLI: /encode and /decode for one UI’s origin, until it is interrupted. Whoever gets in reads all that runs hold.',
    positionals: [],
    options: {
      ui: {
        type: 'string',
        needed: true,
        value: 'ORIGIN',
        help: 'the page that may ask, as the browser shows its address: http://127.0.0.1:8080',
      },
      port: { type: 'string', value: 'N', help: 'where it listens on loopback; a free port by default' },
      namespace: {
        type: 'string',
        multiple: true,
        value: 'NAME',
        help: 'for this namespace alone (Temporal’s own setting by default); may be said again',
      },
      container: { type: 'boolean', help: 'listen in a container whose port is published on loopback alone' },
      'tls-cert': { type: 'string', value: 'FILE', help: 'with --tls-key and --name: https, for other machines too' },
      'tls-key': { type: 'string', value: 'FILE', help: 'its private key' },
      name: { type: 'string', value: 'HOST:PORT', help: 'how browsers call it' },
      'entra-tenant': { type: 'string', value: 'ID', help: 'who asks is known by a token of this tenant, which the UI passes on' },
      'entra-audience': { type: 'string', value: 'ID', help: 'for this application' },
      'entra-role': { type: 'string', value: 'ROLE', help: 'with this app role' },
    },
    load: async () => (await import('./codec-server.ts')).codecServer,
  },
  {
    name: 'demo',
    summary: 'Bring up a pretend estate, Temporal and a worker, and take the whole estate through the four phases.',
    positionals: [],
    options: {
      auto: { type: 'boolean', help: 'two operators are played; the default without a terminal' },
      estate: { type: 'string', value: 'FILE', help: 'another estate (docs/estate.md)' },
      fresh: { type: 'boolean', help: "begin from nothing (the default): an earlier demonstration's state is removed" },
      stay: { type: 'boolean', help: 'with --auto, too: everything stays up until Ctrl-C' },
      keep: { type: 'boolean', help: "go on with the sandbox's and Temporal's state of the last demonstration" },
    },
    load: async () => (await import('./demo.ts')).demo,
  },
];
