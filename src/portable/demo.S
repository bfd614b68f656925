/* The files of the demo as an array of struct inside_file (base/inside.h); .incbin finds them in the
 * assembler's path of -I. */
    .macro carry name
    .section .rodata
    .balign 64
1:  .incbin "\name"
2:  .byte 0
3:  .asciz "\name"
    .section .data.rel.ro, "aw"
    .quad 3b, 1b, 2b - 1b
    .endm

    .section .data.rel.ro, "aw"
    .balign 8
    .globl demo_files
demo_files:
    carry README.md
    carry config.json
    carry model.safetensors
    carry vocab.json
    carry merges.txt
    carry stimuli.csv
demo_files_end:

    .section .rodata
    .balign 8
    .globl n_demo_files
n_demo_files:
    .quad (demo_files_end - demo_files) / 24

    .section .note.GNU-stack, "", %progbits
