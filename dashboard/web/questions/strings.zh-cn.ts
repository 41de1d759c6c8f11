/** The words around the questions, in Chinese. */
import type { AskedText } from './strings.en.ts'

export const ASKED_ZH: AskedText = {
  here: '关于它的问题',
  title: '课堂和面试里的问题',
  popular: '常见的回答错在哪里：',
  where: '在这里看：',
  lesson: '课程：',
  close: '关闭',
}
