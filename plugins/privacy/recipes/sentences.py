"""Sentence frames with places for names and for what only looks like names, written for this project."""

from __future__ import annotations

WITH_NAMES = """
Hello, this is {person}, I am calling about my {thing}.
hi its {first} here, any news on the {thing}?
This is {first} {last} speaking, how can I help?
Good morning {first}, thanks for coming in so early.
Dear {title} {last}, thank you for your letter of {date}.
Dear {person},
Kind regards, {person}
Best wishes,\n{first}
Yours faithfully,\n{person}\n{work}, {org}
Cheers {first}!
{first}, could you have another look at the {thing} before {day}?
Thanks {first}. I'll let {first} know.
Please ask {person} to ring me back on {phone}.
Who is {person} and why is the name on my bill?
My husband {first} and I want a joint account.
My daughter {first} turned {num} in {month}.
Her brother {first} lives with {first} in {city}.
The new tenants are {person} and {person}.
Attendees: {person}, {person}, {person} ({org}), {first} {last}
Present were {title} {last}, {title} {last} and {person}.
{person} was born in {city}, {country}, and moved to {city} at the age of {num}.
{last} was appointed {work} of {org} in {month}.
{person}, {work} at {org}, said the {thing} would be late.
{org} has named {person} as its next {work}.
"We will not give in," {last} told reporters in {city}.
{last} scored twice as {city} beat {city} on {day}.
{person} v. {person}, decided in {city}
The claimant, {person}, lives at {address}.
{person} ("the Tenant") and {person} ("the Landlord") agree as follows.
This Agreement is made between {org} and {person} on {date}.
Signed for and on behalf of {org} by {person}, {work}
WITNESS: {person}, of {address}
In the presence of {person} the deed was signed at {city}.
Patient {person}, {num} years old, came in with {disease}.
Pt {last}, {first}: {drug} {num} mg twice daily.
Seen with daughter ({first}), who helps with the shopping.
Mr. {last} denies chest pain. Mrs. {last} agrees.
{title} {last} was referred by Dr. {last} of {org} for {disease}.
Discussed with {title} {last}, who lives alone in {city}.
Next of kin: {person}, {phone}
Consultant: Dr {person}
GP: Dr. {last}, {org}
Name: {person}
Name: {last}, {first}
First name: {first}\nLast name: {last}\nCity: {city}
Customer: {person}\nAddress: {address}\nPhone: {phone}
name {person} city {city} phone {phone}
To: {person} <{email}>
From: {person}\nSubject: {thing}
cc {first} {last}, {first} {last}
Contact {first} at {email} or {phone}.
Assigned to: {first} {last}
reviewer: {first}; author: {first}
Please change the billing name from {person} to {person}.
The card was issued to {person} and expires in {month}.
I'd like to send {money} to {person}.
Transfer {money} to {person}, {org}, account {num}.
The cardholder {person} says that the payment to {org} was not hers.
Has {first} picked up the {thing} yet? {first} said yes.
I met {first} and {first} at {org} last {day}.
Ask for {first} at the desk.
Tell {first} that {first} is looking for {thing}.
{first} is a wonderful {work}.
I can't reach {person}, do you have another number?
Can you add {person} to the list please
what was {first}s last name again? I think it was {last}
my name is {first} but everyone calls me {first}
you spell it {last}, {first} {last}
i am {person} from {city}
It belongs to {person}'s mother.
{last}'s lawyer, {person}, did not comment.
{last} et al. looked at {disease} in {num} children.
As {last} and {last} showed, the {thing} is not needed.
{org} became {org} in {month}.
The {last} family has farmed near {city} since 1890.
{first} {last} Jr. and {first} {initial}. {last} were both there.
{initial}. {last} signed for the parcel.
{initial}. {initial}. {last}
{last}, {initial}.
{first}-{first} {last} won the prize.
{person} of {org} and {person} of {org} will speak first.
My colleague {person} ({city} office) has the keys.
Interview with {person} by {person}, {city}
Photo: {person}/{org}
{PERSON} V. {PERSON}
ATTN: {PERSON}, {ORG}
Delivered to neighbour ({last}).
The teacher, Miss {last}, sent {first} home.
Grandma {first} bakes on {day}s, says {first}.
Uncle {first} has moved to {country}.
Coach {last} praised {first} {last} after the game.
Judge {last} refused the motion.
Officer {last} of the {org} wrote the report.
Senator {last} of {state} will vote no.
President {last} arrived in {city} on {day}.
Sister {first} and Father {first} run the shelter.
Song by {person}, played by {person}
{person}'s first film was shot in {city} and {city}.
I love {person}, the best singer there is!
play something by {person}
Did {person} write this?
Call {first} mobile
remind me to call {first} at {time}
Is {first} coming on {day} or is it just {first} and {first}?
{first}: are you there?\n{first}: yes, in a minute
[{time}] {first}: ok
- {person}\n- {person}\n- {person}
1. {person}, {work}\n2. {person}, {work}
{person};{city};{phone}
{first},{last},{email},{city}
{first}: what did {first} say?\n{first}: nothing at all
{first}: {ordinary}\n{first}: {ordinary}
> {person}\n> {org}\n> {address}
* {person}, {city}
# {person} ({org})
{ordinary} {first} said that {ordinary}
{ordinary} - {person}
{ordinary} {first}!
Well, {first}, {ordinary}
My grandfather was called {person} and my aunt was called {person}.
Did you hear {person} on the radio?
{first} gave {first} the {thing}.
{first} told {first} about {first}.
{person} is the author of {ordinary}
not {person}, but {person}
by {person}, {person} and {last}
according to {person}, {ordinary}
{person} from {org} opens the meeting.
{title} {last} drove to {city} with {title} {last}.
{title} {last} came, {title} {last} did not.
{person} spends the summer in {city}.
{person} lives at {street}, {city}
{person} had {person} sign for it.
user: {person}\nplace: {city}\nfirm: {org}
When: {date}\nWhere: {city}
Who: {person}\nWhere: {city}, {country}
{person} | {org} | {city}
"""
VERBS = (
    "lives|moved|listed|wrote|sings|wants|works|knows|called|asked|thinks|says|sold|bought|broke|won|lost|told|went|came|left|reads|likes|"
    "hates|runs|paid|signed|drove|flew|met|saw|found|sent|took|gave|made|had|has|was|is|will be|would be|can be|did|does not|could not"
).split("|")
OPENINGS = """
{person} {verb} {words}.
{person} {verb} {words} and {words}.
{first} {verb} {words}.
{last} {verb} {words}.
{words} {person} {verb} {words}
{words}, {first} and {first} {words}.
{words} by {person}.
{words} with {person} {words}.
{words} of {last} {words}.
{words} {last}'s {words}
{person}'s {words} {verb} {words}.
{Words} {first}?
{Words} {person}, {words}!
{org} {verb} {words}.
{words} at {org} {words}.
{words} for {org}.
{Words} {org} {verb} {words}
The {org} {words} {verb} {words}.
{city} {verb} {words}.
{words} in {loc}.
{words} to {city} {words}.
{Words} {country} {words}?
{words} {nrp} {words}.
{Words} {nrp} {words} {verb}
{words} a {work} {words}.
{words} {street}.
{words} {street}, {city} {words}.
{first}: {Words}.\n{first}: {Words}?
{first}: {words}\n{first}: {words}\n{first}: {words}
"{Words}," {verb} {first}.
{person} and {person} {verb} {words}.
{last} and {last} {words}.
{last}, {last} and {last} {words}
{words} ({person}) {words}
({words} {person})
"""
WITH_WORK = """
{person}\n\n{work}\n\nAbout me\nPhone: {phone}
{person}\n{work}
{work}\n{person}
{words} as {work}, {words}
{words} as {work} {words}
{person}, {work}, {city}
{person}\n{work}\n{org}
{person}\n\n{work}\n\n{phone}
Occupation: {work}
Job title: {work}
Position: {work}, {org}
She works as a {work} at {org}.
My brother {first} is a {work} in {city}.
I am a {work} and live in {city}.
he trained as {work} before he joined {org}
Until {month} I was {work} with {org}.
{person} ({work}) and {person} ({work}) gave evidence.
Current job: {work}; last job: {work}
The patient is a retired {work}.
{org} is looking for a {work}.
Hired {person} as {work}.
Since leaving {org} as {work} I have been at home.
Profile\n{person}\n{work}\nContact: {phone}
the {work} who served me was {first}
"""
WITH_PLACES = """
We have lived in {city} for {num} years.
I was born in {loc} and raised in {loc}.
Is there a branch in {city}?
Our office in {city}, {state} is closed on {day}.
How is the weather in {city} today?
{city} is nice in {month}.
{country} was a great place for a holiday.
The flight from {city} to {city} leaves at {time}.
We are driving from {city} through {state} to {city}.
{loc} and {loc} signed the treaty in {city}.
Exports to {country} fell by {num} percent.
The court of {state} has jurisdiction.
This Agreement is governed by the laws of {state}.
This agreement is governed by the law of {country}; the courts of {city} decide.
Troops from {country} crossed into {country} on {day}.
Can I use my card in {country}?
My {thing} was stolen in {city}, {country}.
Where do you come from? I'm from {loc}.
I'm at a conference in {city}.
we r in {city} till {day}
She teaches at a school near {city}.
The flood hit {city}, {city} and {city}.
Ship to: {city}, {state} {zip}
{city}, {country}
{city}, {state}
Travel history: {country} in {month}, {country} last year.
He returned from {loc} two weeks ago with {disease}.
The plant in {city} makes {thing}s.
They want to open stores in {loc} and {loc}.
The train to {city} is late.
Which way is {city}?
Is {country} in the EU?
The best food I ever had was in {city}.
Please book a room in {city} for {day}.
I need a visa for {country}.
Location: {city}
Place of birth: {city}, {country}
Nationality: {nrp}
She is {nrp}.
He speaks {nrp} and a little {nrp}.
The {nrp} government denied it.
{nrp} customers pay by card.
A {nrp} restaurant on {street}
A group of {nrp}s asked for the manager.
He is a {nrp} citizen who lives in {country}.
My neighbours are {nrp}, very kind people.
I am {nrp} but live in {city}.
Two {nrp} nurses and a {nrp} doctor were on duty.
The {nrp} minister met his {nrp} colleague in {city}.
Religion: {nrp}
The patient is a {num}-year-old {nrp} woman.
What languages do you speak? {nrp} and {nrp}.
"""
WITH_ORGS = """
> {person}\n> {org}\n> {street}
>{person}\n>{org}\n>{address}
? {person}\n? {org}\n? {address}
{person}\n{org}\n{address}\nTel: {phone}
{words} of {org} in {date}
{first} works for {org}
{org}, {words}
{words} according to {org}.
{org} website {words}
{person} of {org} {verb} {words}
I work at {org}.
I worked for {org} before I came to {org}.
{org} reported a loss of {money} for the year.
Shares of {org} rose after {org} withdrew its offer.
Have you heard of {org}? They make {thing}s.
The bill from {org} is wrong.
Please cancel my contract with {org}.
{org} and {org} merged in {month}.
{org} ("the Supplier") shall deliver the {thing} to {org} ("the Customer").
between {org}, a company registered in {country}, and {org}
The payment of {money} to {org} on {date} is not mine.
I paid {org} twice.
She studied at {org} and {org}.
He was treated at {org} for {disease}.
A spokesman for {org} said no decision had been made.
The loan was given by {org}.
{org} is hiring in {city}.
{org}, {city}
Employer: {org}
Insurance: {org}, policy {num}
Subsidiaries of {org}: {org}, {org}
{org} was founded by {person} in {city}.
Is {org} any good?
where is the nearest {org} store
the {org} website is down again
My {org} app does not open.
according to {org}, the {thing} is safe
{org} sued {org} over {thing}s.
Board of {org}: {person} (chair), {person}, {person}
{org} announced today that {person} will join as {work}.
Sponsored by {org}
Logo of {org}
We supply {org}, {org} and {org}.
The auditors {org} signed the report on {date}.
the address of {org} is {street}, {city}
{org} is an idea of {person}, {last} and {last}.
{person} joined {org}, {ordinary}
{first} is with {org}
{first} spent two years at {org} as {work}
The {org} choir sings on {day}.
{org}\n\n{address}
{ordinary} {org} {ordinary}
Tickets for {org} against {org} are sold out.
"""
WITH_ADDRESSES = """
I moved to {address}.
My new address is {address}.
Please deliver to {address}, thank you.
Send it to {person}, {address}
{person}\n{address}
{person}\n{street}\n{city}\n{country}
{org}\n{address}
{title} {person}\n{org}\n{address}
Ship my {thing} to {address} instead of {address}.
The property at {street}, {city}, is for sale.
There was an accident on {street}.
Turn left into {street} and stop at the {thing}.
He lives on {street} in {city}.
we are at {street}, ring the bell twice
Our shop: {street}, {zip} {city}
Visit us at {street}.
where should the {thing} go? {address}
agent: what is your address? customer: {address}
bot: which address should I use? user: {address}
Registered office: {address}
Return address: {person}, {street}, {city} {zip}, {country}
{street}
{street}, {city}
{street} {city} {zip}
change my address to {address} please
Old address: {address}\nNew address: {address}
The landlord of {street} is {person}.
Meet me at the corner of {street} and {street}.
Home: {street}; work: {street}
Is {street} in {city} or in {city}?
The parcel for {address} came back.
The office is at {street}, near {org}.
"""
WITHOUT = """
The {thing} has not arrived and nobody answers.
When does the shop open on {day}?
I would like to cancel my {thing}.
How do I reset my password?
The Supplier shall indemnify the Customer against all claims.
The Tenant shall keep the Premises in good repair.
Neither Party may assign this Agreement without consent.
Section {num} of the Act does not apply.
Clause {num} (Confidentiality) survives termination.
Article {num}. Governing Law and Jurisdiction
Take {drug} {num} mg twice a day with food.
History of {disease} and {disease}; no allergies.
Start {drug}, stop {drug}, check potassium on {day}.
Parkinson's disease and Crohn's disease were ruled out.
Blood pressure {num}/{num}, pulse {num}, afebrile.
Revenue was {money} in Q{num}, up {num} percent.
Net income rose to {money}; Total Assets were {money}.
Annual Report, Balance Sheet, Notes to the Accounts
Does the Premium account have a monthly fee?
Your order of {date} was shipped on {day}.
The meeting is on {date} at {time}.
I will be there in May, or maybe in June.
Will you mark the file and bill me later?
May I have the bill please? Thanks, I will grant access.
Add rose, jasmine and hope for the best.
Great product, the colour is amber and the frame is pearl.
Turkey sandwich with chilli and brown sauce
We had china plates and a jersey cow.
Terms and Conditions Apply
Frequently Asked Questions
How To Change Your Password
NEW ARRIVALS THIS WEEK
IMPORTANT: READ BEFORE USE
Black Friday sale: {num} percent off every {thing}!
Monday to Friday, {time} to {time}
Merry Christmas and a Happy New Year!
Subject: Refund for {thing}
Hello, can you help me?
Hi there, quick question about the {thing}.
Dear Sir or Madam,
Dear customer, your {thing} is ready.
To whom it may concern:
Thank you for your help!
ok thanks bye
yes please
What is the limit of my credit card?
I lost my card, please block it: {card}
My card {card} was declined.
Why was I charged {money}?
The PIN does not work at the machine.
Can I top up with Apple Pay or Google Pay?
Which Python version does the SDK need? JSON or XML?
Error {num}: Connection refused (port {num})
Windows cannot open the file; Excel says Access Denied.
GET /index.html HTTP/1.1
Status: Open  Priority: High  Type: Bug
total used free shared
The Internet is slow and the Wi-Fi drops on the second floor.
Kitchen, Bathroom, Living Room, Garage
Vitamin D, Omega 3 and Magnesium
Champions League, World Cup, Olympic Games
The Board of Directors met the Audit Committee on {date}.
Chief Executive Officer, Chief Financial Officer, Company Secretary
Our Customer Service Team will be in touch.
English lessons from {money} an hour
Call {phone} or write to {email}.
My phone number is {phone}.
my mail is {email} thx
{date}, {time}: temperature {num}
He said he would, but she did not.
She told him that they were late again.
The doctor and the nurse were very kind.
My mother and my brother went to the market.
I am happy with the service.
I'm tired of waiting.
This is ridiculous!
The lawyer asked the witness about the contract.
The manager of the store gave me a voucher.
[PERSON] paid [ORGANIZATION] {money} on [DATE_TIME].
Hello [PERSON], your parcel is in [LOCATION].
[PERSON] lives at [STREET_ADDRESS], [LOCATION] [ZIP_CODE].
Send it to [EMAIL_ADDRESS] or call [PHONE_NUMBER].
From [LOCATION] to [LOCATION] with [ORGANIZATION], says [PERSON].
"""

THINGS = (
    "parcel|order|invoice|laptop|kettle|phone|ticket|contract|report|chair|lamp|camera|battery|coat|bicycle|receipt|printer|policy|loan|"
    "statement|voucher|key|door|router|garden table|coffee machine|subscription|booking|password|form|claim|file|wallet|guitar|album|book"
).split("|")
DRUGS = "metformin|Lipitor|ramipril|Ventolin|warfarin|amoxicillin|Humira|bisoprolol|ibuprofen|Tylenol|insulin glargine|Zoloft".split(
    "|"
)
DISEASES = (
    "asthma|Alzheimer's disease|type 2 diabetes|chest pain|a fractured wrist|Hodgkin lymphoma|pneumonia|migraine|COPD|Raynaud's|"
    "hypertension|back pain|Down syndrome|Lyme disease|atrial fibrillation|Graves' disease|anaemia|measles"
).split("|")
TITLES = "Mr|Mr.|Mrs|Mrs.|Ms|Ms.|Miss|Dr|Dr.|Prof.|Professor|Sir|Rev.|Herr|Frau|Madame|Señor|Lord".split("|")
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December".split("|")
DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday".split("|")
