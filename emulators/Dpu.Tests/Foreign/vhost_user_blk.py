# A vhost-user-blk front end (vhost-user protocol, VIRTIO 1.2 5.2): one queue, memfd guest memory.
# Commands on stdin, one answer line each: read SECTOR | write SECTOR TEXT | repeat COUNT | id | size | quit
import socket,struct,os,mmap,sys,select
VERSION=1
class Front:
    def __init__(s,path,queues=1):
        s.s=socket.socket(socket.AF_UNIX); s.s.settimeout(10); s.s.connect(path)
        s.size=1<<20; s.fd=os.memfd_create('guest'); os.ftruncate(s.fd,s.size); s.m=mmap.mmap(s.fd,s.size)
        s.base=0x10000000
        s.features=s.get(1)
        s.proto=s.get(15)
        s.msg(16,struct.pack('<Q',(1<<9)|(s.proto&(1<<0))))     # CONFIG, MQ
        s.msg(3,b'')                                  # SET_OWNER
        s.msg(2,struct.pack('<Q',s.features&((1<<32)|(1<<30)|(1<<9)|(1<<5)|(1<<13)|(1<<14))))
        s.qmax=s.get(17) if s.proto&1 else 1
        # config space
        s.msg(24,struct.pack('<III',0,60,0)+bytes(60)); _,p=s.recv(); s.config=p[12:]
        s.capacity=struct.unpack_from('<Q',s.config,0)[0]
        s.msg(5,struct.pack('<II',1,0)+struct.pack('<QQQQ',0,s.size,s.base,0),[s.fd])
        s.N=16
        s.msg(8,struct.pack('<II',0,s.N)); s.msg(10,struct.pack('<II',0,0))
        s.desc,s.avail,s.used=0,0x1000,0x2000
        s.msg(9,struct.pack('<IIQQQQ',0,0,s.base+s.desc,s.base+s.used,s.base+s.avail,0))
        s.kick=os.eventfd(0); s.call=os.eventfd(0)
        s.msg(12,struct.pack('<Q',0),[s.kick]); s.msg(13,struct.pack('<Q',0),[s.call])
        s.msg(18,struct.pack('<II',0,1))
        s.idx=0
    def msg(s,req,payload,fds=()):
        data=struct.pack('<III',req,VERSION,len(payload))+payload
        if fds: socket.send_fds(s.s,[data],list(fds))
        else: s.s.sendall(data)
    def recv(s):
        h=b''
        while len(h)<12:
            c=s.s.recv(12-len(h))
            if not c: raise SystemExit('closed')
            h+=c
        r,f,n=struct.unpack('<III',h); p=b''
        while len(p)<n: p+=s.s.recv(n-len(p))
        return r,p
    def get(s,req):
        s.msg(req,b''); return struct.unpack('<Q',s.recv()[1])[0]
    def io(s,type,sector,data=b'',read=0):
        H,D,S=0x3000,0x4000,0x3800
        s.m[H:H+16]=struct.pack('<IIQ',type,0,sector); n=len(data) or read
        if data: s.m[D:D+n]=data
        s.m[S]=0xff
        chain=[(H,16,0)]
        if n: chain.append((D,n,2 if read else 0))
        chain.append((S,1,2))
        for i,(a,l,f) in enumerate(chain):
            last=i==len(chain)-1
            s.m[16*i:16*i+16]=struct.pack('<QIHH',a,l,f|(0 if last else 1),0 if last else i+1)
        o=s.avail+4+2*(s.idx%s.N); s.m[o:o+2]=struct.pack('<H',0)
        s.idx=(s.idx+1)&0xffff; s.m[s.avail+2:s.avail+4]=struct.pack('<H',s.idx)
        os.write(s.kick,struct.pack('<Q',1))
        while struct.unpack_from('<H',s.m,s.used+2)[0]!=s.idx:
            r,_,_=select.select([s.call,s.s],[],[],20)
            if not r: raise SystemExit('no completion')
            if s.call in r: os.read(s.call,8)
            if s.s in r and not s.s.recv(1,socket.MSG_PEEK): raise SystemExit('closed')
        return s.m[S],s.m[D:D+read]
if __name__=='__main__':
    f=Front(sys.argv[1])
    for line in sys.stdin:
        c=line.split()
        if c[0]=='read':
            status,data=f.io(0,int(c[1]),read=512); print(status,data.rstrip(b'\0').decode('latin1'),flush=True)
        elif c[0]=='write':
            status,_=f.io(1,int(c[1]),c[2].encode().ljust(512,b'\0')); print(status,flush=True)
        elif c[0]=='repeat':
            print(max(f.io(1,64,b'x'*512)[0] for _ in range(int(c[1]))),flush=True)
        elif c[0]=='id':
            status,data=f.io(8,0,read=20); print(status,data.rstrip(b'\0').decode('latin1'),flush=True)
        elif c[0]=='size': print(f.capacity*512,flush=True)
        elif c[0]=='quit': break
