/**
 * What is set to nothing, as compose and CI set what nobody gave, is not set: an empty OFFBOARD_HOME would be the folder one stands in, with keys of its
 * own, and an empty task queue is none.
 */
export function unsetEmpty(environment: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(environment))
    if (value === '' && /^(OFFBOARD|TEMPORAL)_/.test(name)) Reflect.deleteProperty(environment, name);
}
