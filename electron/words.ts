/** The few sentences that the main process says by itself, in the languages of the screen. */
const en = {
  save: 'Save',
  dontSave: "Don't Save",
  cancel: 'Cancel',
  saveChanges: (name: string) => `Save the changes to “${name}” before closing?`,
  changesLost: 'If you do not save, the changes are lost.',
  export: 'Export…',
  dontExport: "Don't Export",
  exportWeights: (name: string) => `Export the trained weights of “${name}” before closing?`,
  weightsLost: 'The trained weights are in no file; if you do not export them, they are lost.',
  screenGone: (reason: string) =>
    `The window stopped working (${reason}) and starts again. Changes since the last save are lost; saved files are whole.`,
  cannotSave: (name: string, folder: string, why: string) =>
    `“${name}” could not be saved in ${folder}: ${why} The file that was there is unchanged.`,
  cannotOpen: (path: string, why: string) => `${path} could not be opened: ${why}`,
  noSpace: 'the disk is full. Free some space, or save in another folder.',
  notAllowed: 'you may not write there. Choose another folder, or change the permissions.',
  readOnly: 'it is read-only. Save under another name.',
  noFolder: 'the folder does not exist. Choose another folder.',
  notAFile: 'it is a folder or a device, not a file. Choose another name.',
  noFile: 'there is no such file. It may have been moved or deleted.',
  mayNotRead: 'you may not read it. Change its permissions.',
  tooBig: (size: string, limit: string) => `it has ${size}; at most ${limit} are read.`,
  noData: (folder: string) =>
    `The folder ${folder} holds no data set: at its top level there is no file whose name ends in .gz or .csv or contains “idx” or “ubyte”.`,
  folderTooBig: (folder: string, size: string, limit: string) =>
    `The data files in ${folder} have ${size} together; at most ${limit} are read. Choose a folder with fewer files.`,
  graphs: 'Graphs',
  weights: 'Weights',
  allFiles: 'All files'
}

const ko: typeof en = {
  save: '저장',
  dontSave: '저장 안 함',
  cancel: '취소',
  saveChanges: (name) => `닫기 전에 “${name}”의 변경 내용을 저장할까요?`,
  changesLost: '저장하지 않으면 변경 내용이 사라집니다.',
  export: '내보내기…',
  dontExport: '내보내지 않음',
  exportWeights: (name) => `닫기 전에 “${name}”의 학습된 가중치를 내보낼까요?`,
  weightsLost: '학습된 가중치는 아직 파일에 없습니다. 내보내지 않으면 사라집니다.',
  screenGone: (reason) =>
    `창이 멈추어(${reason}) 다시 시작합니다. 마지막 저장 뒤의 변경 내용은 사라졌고, 저장한 파일은 온전합니다.`,
  cannotSave: (name, folder, why) =>
    `“${name}” 파일을 ${folder}에 저장하지 못했습니다: ${why} 원래 있던 파일은 그대로입니다.`,
  cannotOpen: (path, why) => `${path} 파일을 열지 못했습니다: ${why}`,
  noSpace: '디스크가 가득 찼습니다. 공간을 비우거나 다른 폴더에 저장하세요.',
  notAllowed: '쓰기 권한이 없습니다. 다른 폴더를 고르거나 권한을 바꾸세요.',
  readOnly: '읽기 전용 파일입니다. 다른 이름으로 저장하세요.',
  noFolder: '폴더가 없습니다. 다른 폴더를 고르세요.',
  notAFile: '파일이 아니라 폴더나 장치입니다. 다른 이름을 고르세요.',
  noFile: '그런 파일이 없습니다. 옮겨졌거나 지워졌을 수 있습니다.',
  mayNotRead: '읽기 권한이 없습니다. 권한을 바꾸세요.',
  tooBig: (size, limit) => `크기가 ${size}입니다. ${limit}까지 읽습니다.`,
  noData: (folder) =>
    `${folder} 폴더에 데이터 세트가 없습니다. 이름이 .gz나 .csv로 끝나거나 “idx”, “ubyte”가 들어간 파일이 맨 위에 없습니다.`,
  folderTooBig: (folder, size, limit) =>
    `${folder} 폴더의 데이터 파일은 모두 ${size}입니다. ${limit}까지 읽습니다. 파일이 더 적은 폴더를 고르세요.`,
  graphs: '그래프',
  weights: '가중치',
  allFiles: '모든 파일'
}

export type Words = typeof en

export function wordsFor(language: string): Words {
  return language.startsWith('ko') ? ko : en
}
