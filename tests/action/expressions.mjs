// Evaluates `${{ … }}` as the platform does: with its own lexer, parser and evaluator.
import { Evaluator, Lexer, Parser, data } from '@actions/expressions'

const CONTEXTS = ['inputs', 'steps', 'env', 'github', 'runner']

function toData(value) {
  if (value === null || value === undefined) return new data.Null()
  if (typeof value === 'string') return new data.StringData(value)
  if (typeof value === 'boolean') return new data.BooleanData(value)
  if (typeof value === 'number') return new data.NumberData(value)
  return new data.Dictionary(...Object.entries(value).map(([key, inner]) => ({ key, value: toData(inner) })))
}

function statusFunctions(failed) {
  const answers = { success: !failed, failure: failed, always: true, cancelled: false }
  return new Map(
    Object.entries(answers).map(([name, answer]) => [
      name,
      { name, description: '', minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(answer) },
    ]),
  )
}

/** The value of one expression, without its `${{ }}`. */
function evaluate(expression, contexts, failed) {
  const functions = statusFunctions(failed)
  const { tokens } = new Lexer(expression).lex()
  const tree = new Parser(tokens, CONTEXTS, [...functions.values()]).parse()
  return new Evaluator(tree, toData(contexts), functions).evaluate()
}

/** A text with every `${{ … }}` in it replaced by its value. */
export function interpolate(text, contexts, failed = false) {
  return String(text ?? '').replace(/\$\{\{([\s\S]*?)\}\}/g, (_, expression) =>
    evaluate(expression.trim(), contexts, failed).coerceString(),
  )
}

/** Whether a step with this `if:` runs; one without a status function means "and nothing failed before". */
export function holds(condition, contexts, failed) {
  const expression = String(condition ?? 'success()').replace(/^\s*\$\{\{([\s\S]*)\}\}\s*$/, '$1')
  const whole = /\b(success|failure|always|cancelled)\s*\(/.test(expression)
    ? expression
    : `success() && (${expression})`
  return !['', 'false', '0'].includes(evaluate(whole, contexts, failed).coerceString())
}
