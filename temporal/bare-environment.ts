/** What a process may know that is neither the worker nor the CLI: nothing that an operator gave those, no credential either. */
export function bareEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(?:OFFBOARD|AWS|AZURE|GOOGLE)_/.test(name)));
}
