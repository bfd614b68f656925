/* Words of a command line as a shell reads them back. */
#ifndef CT_REPORT_SHELL_WORD_H
#define CT_REPORT_SHELL_WORD_H

/* Quoted where needed; owned by the caller: free(). NULL: out of memory. */
char *shell_word(const char *word);

#endif
