import type { SandboxContext } from '../service.ts';

/** An organisation and every folder and project below it, as `organizations/<n>`, `folders/<n>` and `projects/<id>`. */
export function below(context: SandboxContext, root: string): string[] {
  const folders = context.store.list('gcp-folder').filter((f) => f.parent === root);
  const projects = context.store.list('gcp-project').filter((p) => p.parent === root);
  return [root, ...folders.flatMap((f) => below(context, `folders/${f.id}`)), ...projects.map((p) => `projects/${p.projectId}`)];
}
