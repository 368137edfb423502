import { stringify } from 'yaml';
import type { Inventory, InventoryFinding } from '../../model/inventory.ts';
import { spell, step } from '../../model/next-step.ts';
import { excludedWords } from '../../model/exclusion.ts';
import { isRooted } from '../../model/discovery.ts';
import { comment } from '../../model/shell.ts';
import { unknownByCause } from './inventory.ts';
import type { SystemType } from '../../model/names.ts';

/** The people a manifest needs and no cloud tells of, as far as they were given. */
export interface People {
  successor?: { vendor: string; since: string; attestedBy: string };
  approvers: string[];
  recipient?: string;
}

/** Which of a manifest's fields only a person can fill in, and are not filled in yet. */
export function missingFields(inventory: Inventory, people: People): string[] {
  const { aws, gcp } = inventory.scope;
  const { listed } = inventory.collectors;
  const missing = {
    aws: !isRooted({ aws }),
    gcp: !isRooted({ gcp }),
    successor: !people.successor,
    approvers: people.approvers.length === 0,
    collectors: listed.length === 0,
    'collectors.recipient': listed.length > 0 && recipientOf(inventory, people) === undefined,
  };
  return Object.entries(missing).flatMap(([field, isMissing]) => (isMissing ? [field] : []));
}

/**
 * The manifest a discovery found, as YAML with comments: it can be run as it stands once the people are named. Whoever was not named stands
 * as a comment that says what to write, and a start with the file is refused, naming the field.
 */
export function inventoryManifest(inventory: Inventory, people: People, program: string): string {
  const { scope } = inventory;
  const lines = [
    comment(
      `The offboarding of tenant ${scope.tenant.id}, as a discovery found it at ${inventory.takenAt}. inventory.csv tells what and why.`,
    ),
    comment(`A plan first, which changes nothing: ${spell(step('start', 'THIS_FILE', '--by', 'NAME', '--dry-run'), program)}`),
    '',
    ...field({ tenant: { id: scope.tenant.id, cloud: scope.tenant.cloud } }),
    '',
    ...successor(people),
    '',
    ...systems(inventory),
    ...exclusion(inventory),
    ...collectors(inventory, people),
    '',
    ...persons(inventory, people),
    '',
    ...notes(inventory),
    ...nameOnly(inventory),
    ...breakers(inventory),
  ];
  return `${lines.join('\n')}\n`;
}

function successor({ successor: named }: People): string[] {
  if (named) return field({ successor: named });
  return [
    comment('FILL IN: the guide lets offboarding begin only once a successor is onboarded.'),
    comment("successor: { vendor: Delinea, since: '2025-06-30', attestedBy: NAME }"),
    comment("or, without one: successor: { none: 'a reason of ten characters or more', attestedBy: NAME }"),
  ];
}

function systems(inventory: Inventory): string[] {
  const { aws, azure, gcp } = inventory.scope;
  return Object.entries({ aws, azure, gcp }).flatMap(([name, section]) => {
    const type = name as 'aws' | 'azure' | 'gcp';
    if (section === undefined)
      return [
        comment(`${type}: left out of the discovery${inventory.by === undefined ? '' : ` by ${inventory.by}`} (--without ${type}).`),
        '',
      ];
    if (!isRooted({ [type]: section }))
      return [
        comment(`${type}: ${holding(inventory, type)}`),
        comment(`FILL IN this section (docs/manifest.md), or mend that and discover again:`),
        `${type}: FILL IN`,
        '',
      ];
    return [comment(holding(inventory, type)), ...field({ [type]: section }), ''];
  });
}

function exclusion({ scope: { exclude }, excluded = [] }: Inventory): string[] {
  if (exclude === undefined) return [];
  const words = excludedWords(excluded, 'discovery') ?? 'nothing of what was found is left out by this';
  return [comment(`${words}.`), ...field({ exclude }), ''];
}

const MOST_NAMED = 20;

/** In words: where in a cloud something was found. */
function holding({ systems: all, unknown }: Inventory, type: SystemType): string {
  const own = all.filter((s) => s.system.startsWith(`${type}:`) && s.state !== 'left');
  if (!own.some((s) => s.state === 'read'))
    for (const cause of unknownByCause({ unknown }).filter((u) => u.type === type)) return `not known: ${cause.reason}.`;
  const found = own.filter((s) => s.findings > 0);
  const named = found
    .slice(0, MOST_NAMED)
    .map((s) => `${s.system.slice(type.length + 1)}${s.name === undefined ? '' : ` (${s.name})`}: ${s.findings}`);
  const more = found.length > named.length ? `, and ${found.length - named.length} more systems` : '';
  const unread = unknown.filter((u) => u.system.startsWith(`${type}:`)).length;
  const loud = unread > 0 ? ` ${unread} COULD NOT BE READ OR LISTED: of these nothing is known.` : '';
  return `${own.length} systems, ${found.length} with findings${named.length > 0 ? `: ${named.join(', ')}${more}` : ''}.${loud}`;
}

function collectors(inventory: Inventory, people: People): string[] {
  const { from, listed } = inventory.collectors;
  const recipient = recipientOf(inventory, people);
  const entries = listed.map(({ id, type, name, driver }) => ({ id, type, name, driver, recipient }));
  const why = {
    portal: 'As the portal lists them.',
    graph:
      'The portal does not answer here, Graph still lists authorization systems: one for each cloud. Where the portal is gone for you, too, write driver: retired.',
    unseen: 'Neither the portal nor Graph could be asked: one for each cloud in which something was found; which there are is not known.',
    findings:
      'Neither the portal nor Graph lists any: one for each cloud in which something was found, attested as gone with the retired portal.',
  };
  if (entries.length === 0)
    return [
      comment(
        from === 'unseen'
          ? 'FILL IN: which collectors there are is not known: neither the portal nor Graph could be asked. For each there was:'
          : 'FILL IN: no collector is listed and nothing was found that one would have collected with. For each there was:',
      ),
      comment('collectors: [{ id: aws-1, type: aws, driver: retired, recipient: NAME }]'),
    ];
  return [
    comment(why[from]),
    ...(recipient === undefined
      ? [
          comment(
            `FILL IN: recipient, in each: a Permissions Management Administrator, who gets the one-time password. ${inventory.notes.administrators.unseen === undefined ? 'The discovery found none.' : 'Who that is is not known.'}`,
          ),
        ]
      : []),
    ...field({ collectors: entries }),
  ];
}

/** Who was named; else the first administrator found, those assigned before those eligible. */
function recipientOf({ notes: { administrators } }: Inventory, { recipient }: People): string | undefined {
  return recipient ?? [...administrators.direct, ...administrators.eligible][0];
}

function persons(inventory: Inventory, people: People): string[] {
  const { direct, eligible, unseen } = inventory.notes.administrators;
  const all = [...direct, ...eligible];
  const recipient = recipientOf(inventory, people);
  return [
    ...(people.approvers.length > 0
      ? field({ approvers: people.approvers })
      : [
          comment("FILL IN: who may approve, as the worker's policy names them; whoever starts the run cannot."),
          comment('approvers: [NAME, NAME]'),
        ]),
    comment(
      `Permissions Management Administrators found: ${all.join(', ') || (unseen === undefined ? 'none' : 'not known')}${unseen === undefined ? '' : ` (${unseen})`}.`,
    ),
    ...(recipient === undefined || all.includes(recipient)
      ? []
      : [
          comment('The recipient is not among them. Where somebody knows better (a group, say), attest it:'),
          comment(`administrators: ${JSON.stringify([recipient])}`),
        ]),
  ];
}

function notes(inventory: Inventory): string[] {
  const { authorizationSystems: systemsNoted } = inventory.notes;
  const where =
    systemsNoted.unseen !== undefined
      ? `not known (${systemsNoted.unseen})`
      : systemsNoted.gone === undefined
        ? `${systemsNoted.listed.length} are in inventory.json, as Graph listed them`
        : `Graph does not list them any more (${systemsNoted.gone}); those found are in inventory.json`;
  return [
    comment(
      `The guide's notes before migrating. Authorization systems: ${where}. The next three have no API: note them by hand from the portal`,
    ),
    comment('(User Management > Groups; Reports > Custom Reports; Alerts).'),
    'notes: { groupAccess: [], customReports: [], alerts: [] }',
  ];
}

/** What only a person can judge: it enters a plan when this very id is named with a reason. */
function nameOnly({ findings }: Inventory): string[] {
  const doubtful = findings.filter((f) => f.confidence === 'name-only');
  if (doubtful.length === 0) return [];
  return [
    '',
    comment(`${doubtful.length} more match by name only and stay, unless a person knows that they are ours and says so here:`),
    comment('overrides:'),
    ...doubtful.flatMap((f) => [comment(`  ${wordsOf(f)}`), comment(`  - { item: ${JSON.stringify(f.id)}, reason: WHY_IT_IS_OURS }`)]),
  ];
}

function wordsOf(finding: InventoryFinding): string {
  return `# ${finding.title}${finding.risk === 'none' ? '' : ` [${finding.risk}]`}: ${finding.why.join('; ')}`;
}

function breakers({ breaker }: Inventory): string[] {
  if (breaker === undefined) return [];
  return ['', comment(`A plan of all this is refused: ${breaker}.`), comment('breakers: { maxItems: N, maxPercent: N }')];
}

/** Whatever a value holds, it stays a value; what is undefined is left out. */
function field(value: object): string[] {
  return [stringify(value, { lineWidth: 0 }).trimEnd()];
}
