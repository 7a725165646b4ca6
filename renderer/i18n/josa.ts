/** Korean particles that follow the sound before them: 은(는), 이(가), 을(를), 과(와), (으)로. */

type Ending = 'none' | 'ㄹ' | 'other'

/** How digits are read: 영 일 이 삼 사 오 육 칠 팔 구. */
const DIGITS: readonly Ending[] = ['other', 'ㄹ', 'none', 'other', 'none', 'none', 'other', 'ㄹ', 'ㄹ', 'none']
/** Latin letters whose sound at the end of a word is certain; of the others nobody knows without reading the word. */
const OPEN = /[aiouywsfvxzj]/i
const CLOSED = /[mn]/i

function endingOf(letter: string): Ending | null {
  const syllable = letter.charCodeAt(0) - 0xac00
  if (syllable >= 0 && syllable < 11172) return syllable % 28 === 0 ? 'none' : syllable % 28 === 8 ? 'ㄹ' : 'other'
  if (/\d/.test(letter)) return DIGITS[Number(letter)] as Ending
  if (/l/i.test(letter)) return 'ㄹ'
  return OPEN.test(letter) ? 'none' : CLOSED.test(letter) ? 'other' : null
}

/** After a final consonant, and after none. */
const FORMS: Readonly<Record<string, readonly [string, string]>> = {
  '은(는)': ['은', '는'],
  '이(가)': ['이', '가'],
  '을(를)': ['을', '를'],
  '과(와)': ['과', '와'],
  '(으)로': ['으로', '로']
}

/** The text with each pair of particles settled where the letter before it tells which one is right. */
export const josa = (text: string): string =>
  text.replace(
    /(\S)(["'”’)\]]*)(은\(는\)|이\(가\)|을\(를\)|과\(와\)|\(으\)로)/g,
    (whole, letter: string, closing: string, pair: string) => {
      const ending = endingOf(letter)
      const forms = FORMS[pair]
      if (ending === null || !forms) return whole
      const open = ending === 'none' || (ending === 'ㄹ' && pair === '(으)로')
      return `${letter}${closing}${forms[open ? 1 : 0]}`
    }
  )
