import type { Manifest } from './manifest.ts';
import type { SystemId } from './names.ts';
import type { OwnGrant } from './own-access.ts';
import { quote } from './quote.ts';
import { visible } from './visible.ts';
import type { PlanItem } from './plan.ts';
import type { ToRestore } from './restore.ts';

/** What a cloud says in shell: the commands a person would run, item by item (the portal's "Generate Script"). All of it pure. */
export interface CloudScript {
  /** Lines that stand once at the top: functions and variables the commands need. */
  prelude(manifest: Manifest): readonly string[];
  /** Lines that bring the shell into a system before its items (a role assumed, a subscription chosen). */
  enter(system: SystemId, manifest: Manifest): string[];
  /** By name of kind. */
  kinds: Record<string, KindShell>;
}

/** What a kind says in shell: a command per element; what a script cannot do is told in comments that say what to do by hand. */
export interface KindShell {
  /** Functions that its commands need, once at the top of a script. */
  prelude?: readonly string[];
  remove(item: PlanItem): string[];
  restore(item: ToRestore): string[];
}

/** A cloud's script, put together from its kinds. */
export function scriptOf(cloud: Pick<CloudScript, 'prelude' | 'enter'>, kinds: readonly { name: string; shell: KindShell }[]): CloudScript {
  return {
    enter: (system, manifest) => cloud.enter(system, manifest),
    prelude: (manifest) => [...cloud.prelude(manifest), ...kinds.flatMap((k) => k.shell.prelude ?? [])],
    kinds: Object.fromEntries(kinds.map(({ name, shell }) => [name, shell])),
  };
}

/** What a cloud says in shell to take the worker's own access away. All of it pure. */
export interface OwnAccessScript {
  prelude(manifest: Manifest): readonly string[];
  /** Brings the shell to where a grant is, and takes it away: a command per element. */
  take(grant: OwnGrant): string[];
  /** In words and commands, for comments: how the identity itself goes, which no line of the script does. */
  identity(id: string): string;
}

/** A line of comment: a line break would end it, and what follows would be a command. */
export function comment(text: string): string {
  return `# ${visible(text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '))}`;
}

/** One command line from its words. */
export function command(...words: string[]): string {
  return words.map(quote).join(' ');
}
