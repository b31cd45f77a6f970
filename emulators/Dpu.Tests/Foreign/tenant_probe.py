# Plays the tenant behind a tap: asks by ARP for ADDRESS and listens. Prints "switch" when a packet socket on the tap (where the
# switch sits) saw the question, and "arp" when the card's kernel answered it. Usage: tenant_probe.py TAP ADDRESS
import fcntl,os,select,socket,struct,sys
tap,address=sys.argv[1],socket.inet_aton(sys.argv[2])
fd=os.open('/dev/net/tun',os.O_RDWR)
fcntl.ioctl(fd,0x400454ca,struct.pack('16sH22x',tap.encode(),0x1002))
switch=socket.socket(socket.AF_PACKET,socket.SOCK_RAW,socket.htons(3)); switch.bind((tap,0))
mac=bytes.fromhex('020000000001')
question=b'\xff'*6+mac+b'\x08\x06'+struct.pack('>HHBBH',1,0x0800,6,4,1)+mac+socket.inet_aton('10.99.0.2')+b'\0'*6+address
seen=set()
for attempt in range(3):
    os.write(fd,question.ljust(60,b'\0'))
    while True:
        ready,_,_=select.select([fd,switch],[],[],0.5)
        if not ready: break
        if switch in ready and switch.recv(2048)[:42]==question: seen.add('switch')
        if fd in ready:
            frame=os.read(fd,2048)
            if frame[12:14]==b'\x08\x06' and frame[20:22]==b'\0\x02' and frame[28:32]==address: seen.add('arp')
    if 'arp' in seen: break
print(' '.join(x for x in ('switch','arp') if x in seen))
