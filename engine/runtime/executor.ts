/** What every executor is: memory that lives between runs, and programs that walk a plan over it. */
import type { Plan } from '../compile/plan.ts'
import type { Numbers } from '../tensor.ts'

/** Asked between steps, before each one or after a few small ones; true stops the run. */
export type Stop = () => boolean

export interface Program {
  readonly plan: Plan
  /**
   * One walk over the plan. Afterwards each updated variable holds its new value.
   * @param feeds flat numbers by feed name, each as long as its shape says
   * @param apart `stop` is asked before each single step; only executors that are `inTurn` do so
   * @returns false where `stop` ended it early; variables are then as before. From the plan's `commit` on it ends no run.
   */
  run(feeds: Readonly<Record<string, ArrayLike<number>>>, stop?: Stop, apart?: boolean): Promise<boolean>
  /** A result of the last run, by IR id. A copy: it stays as it is. */
  read(id: number): Promise<Numbers>
  /**
   * Milliseconds of each step of the plan, where they cannot be taken between steps because those are only handed to a
   * device: each is repeated in its turn, for so many milliseconds in all. Null where it was stopped. Variables stay.
   */
  time?(
    feeds: Readonly<Record<string, ArrayLike<number>>>,
    milliseconds: number,
    stop: Stop
  ): Promise<readonly number[] | null>
  /** Gives the program's memory back; variables stay. */
  dispose(): void
}

export interface Executor {
  /** Short name of what computes: "WebGL2 on …". */
  readonly device: string
  /** Most operands of one fused kernel. */
  readonly maxOperands: number
  /** Most outputs of one fused kernel. */
  readonly maxOutputs: number
  /** Memory of a slot may be larger than the tensor in it. */
  readonly looseSlots?: boolean
  /** Most columns of rows that are taken one at a time by one kernel (`compile/rows.ts`); absent: there are none. */
  readonly longestRow?: number
  /** Fewest columns of such rows; 2 where it is absent. */
  readonly shortestRow?: number
  /** An elementwise step may write one of the tensors that it reads. */
  readonly inPlace?: boolean
  /** A step is done when `stop` is asked before the next one: so each can be timed. */
  readonly inTurn?: boolean
  /**
   * Most numbers of one tensor, where data sets are better kept on the device than fed batch by batch; absent where
   * feeding costs nothing.
   */
  readonly dataLimit?: number | undefined
  /** Numbers of the largest tensor that it holds as one; larger ones are held in pieces. Absent: there is no such limit. */
  readonly mostNumbers?: number
  /** @throws ProblemError where the plan is larger than this backend can hold: `load` refuses it too */
  check(plan: Plan): void
  load(plan: Plan): Promise<Program>
  setVariable(name: string, values: ArrayLike<number>): Promise<void>
  getVariable(name: string): Promise<Numbers>
  dispose(): Promise<void>
}
