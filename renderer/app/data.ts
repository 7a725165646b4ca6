/** Data sets, by way of the machine: folders, downloads, files. */
import i18next from 'i18next'
import { create } from 'zustand'
import type { FolderFile } from '../../electron/ipc.ts'
import type { GraphDocument } from '../../engine/document/types.ts'
import { problemsOf } from '../../engine/problem.ts'
import { problemText } from '../i18n/useProblemText.ts'
import { platform } from '../platform.ts'
import { toast } from '../store/announce.ts'
import { dispatch, useEditor } from '../store/editor.ts'
import { provideData, useRun } from '../store/run.ts'
import { messageOf } from './errors.ts'

const t = i18next.t.bind(i18next)

export interface Download {
  readonly done: number
  readonly total: number | null
}

/** A download in progress. */
export const useDownload = create<{ readonly download: Download | null }>(() => ({ download: null }))

/** Nodes that read a data set, which `Dataset` is by default as well. */
export const dataSetNodes = (document: GraphDocument, source: string): readonly string[] =>
  document.nodes.filter((n) => n.op === 'Dataset' && n.attributes?.source === source).map((n) => n.id)

export const hasDataSet = (name: string): boolean => useRun.getState().dataSets.some((set) => set.name === name)

async function provideMnist(files: readonly FolderFile[]): Promise<void> {
  try {
    const summary = await provideData('mnist', files)
    toast('done', t('data.ready', { title: summary.title }), summary.note)
  } catch (error) {
    const said = problemsOf(error).map((p) => problemText(p, i18next.language).message)
    toast('failed', t('data.notUsable'), said.join(' '))
  }
}

export async function chooseMnistFolder(): Promise<void> {
  try {
    const folder = await platform.openDataFolder()
    if (folder) await provideMnist(folder.files)
  } catch (error) {
    toast('failed', t('data.notUsable'), messageOf(error))
  }
}

export async function downloadMnist(): Promise<void> {
  if (useDownload.getState().download) return
  useDownload.setState({ download: { done: 0, total: null } })
  try {
    const files = await platform.downloadDataset('mnist', (done, total) =>
      useDownload.setState({ download: { done, total } })
    )
    await provideMnist(files)
  } catch (error) {
    toast('failed', t('data.notDownloaded'), messageOf(error))
  } finally {
    useDownload.setState({ download: null })
  }
}

/** The machine is asked once for files of an earlier time. */
let asked = false

/** Hands over files that were fetched at an earlier time, as soon as a document wants them; says nothing. */
export async function provideCachedMnist(): Promise<void> {
  if (asked || hasDataSet('mnist') || dataSetNodes(useEditor.getState().document, 'mnist').length === 0) return
  asked = true
  try {
    const files = await platform.cachedDataset('mnist')
    if (files) await provideData('mnist', files)
  } catch {
    // the files are damaged or gone: the screen then offers to fetch them, as on the first day
  }
}

/** The graph reads the digits that the program draws, and its Dataset nodes say so. */
export function switchToDigits(): void {
  const nodes = dataSetNodes(useEditor.getState().document, 'mnist')
  dispatch(
    {
      type: 'batch',
      commands: nodes.map((node) => ({ type: 'setAttribute', node, attribute: 'source', value: 'digits' }))
    },
    { announce: t('data.nowDigits') }
  )
}
