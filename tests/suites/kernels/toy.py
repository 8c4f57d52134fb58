"""A small kernel, and machine code for it as nvdisasm prints it, written by hand."""

TEXT = """\
@triton.jit
def forward(x, s, T, M):
    at = tl.program_id(0) * 32 + tl.arange(0, 32)
    v = tl.full([32], 0.0, tl.float32)
    for t in range(T):
        v = 0.5 * v + tl.load(x + at)
        tl.store(s + at, v)
        at += M
"""

# Two steps in an iteration. A step adds to the potential R4: FMUL, FADD; its address is a sum in
# two parts, IADD3 and IADD3.X, which has its carry P0. The second loop takes the step that remains.
SASS = """\
\t.section\t.text.forward,"ax",@progbits
forward:
.text.forward:
\t//## File "/cache/toy.py", line 3
        /*0000*/                   S2R R0, SR_TID.X ;
\t//## File "/lib/standard.py", line 7
        /*0010*/                   ULDC.64 UR6, c[0x0][0x208] ;
        /*0020*/                   IMAD.WIDE.U32 R2, R0, 0x4, R2 ;
.L_x_0:
\t//## File "/cache/toy.py", line 6
        /*0030*/              @!P1 LDG.E R5, desc[UR6][R2.64] ;
        /*0040*/                   FMUL R4, R4, 0.5 ;
        /*0050*/                   FADD R4, R4, R5 ;
\t//## File "/cache/toy.py", line 7
        /*0060*/              @!P1 STG.E desc[UR6][R2.64+0x800], R4 ;
\t//## File "/cache/toy.py", line 8
        /*0070*/                   IADD3 R2, P0, R2, UR8, RZ ;
        /*0080*/                   IADD3.X R3, R3, UR9, RZ, P0, !PT ;
\t//## File "/cache/toy.py", line 6
        /*0090*/              @!P1 LDG.E R6, desc[UR6][R2.64] ;
        /*00a0*/                   FMUL R4, R4, 0.5 ;
        /*00b0*/                   FADD R4, R4, R6 ;
\t//## File "/cache/toy.py", line 7
        /*00c0*/              @!P1 STG.E desc[UR6][R2.64+0x800], R4 ;
\t//## File "/cache/toy.py", line 8
        /*00d0*/                   IADD3 R2, P0, R2, UR8, RZ ;
        /*00e0*/                   IADD3.X R3, R3, UR9, RZ, P0, !PT ;
\t//## File "/cache/toy.py", line 5
        /*00f0*/                   ISETP.GT.AND P2, PT, R7, 0x1, PT ;
        /*0100*/               @P2 BRA `(.L_x_0) ;
.L_x_1:
\t//## File "/cache/toy.py", line 7
        /*0110*/                   STG.E desc[UR6][R2.64+0x800], R4 ;
        /*0120*/               @P3 BRA `(.L_x_1) ;
        /*0130*/                   EXIT ;
.L_x_2:
        /*0140*/                   BRA `(.L_x_2);
"""
